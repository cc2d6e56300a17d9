"""POST /api/v1/chat: a question; its answer is streamed over the socket and kept in the session's history."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, StringConstraints

from assistant.chat.modes import LONGEST_QUESTION, Mode
from assistant.chat.sessions import ask
from assistant.http import LLM, Db, GenerateCaller, lambda_handler
from assistant.http.tasks import SubmittedTask
from assistant.search.models import Text

router = APIRouter(tags=["chat"])


class ChatQuestion(BaseModel):
    """`mode`: general (a few sentences), search (what was found, word for word and without a model), generate (a
    draft), documentation (step by step). All answer from the sources."""

    question: Annotated[Text, StringConstraints(min_length=1, max_length=LONGEST_QUESTION)]
    session_id: UUID | None = None
    mode: Mode = "general"


class AskedInChat(SubmittedTask):
    """`held` in US dollars; DELETE /async-tasks/{task_id} stops the answer."""

    session_id: str
    message_id: str


@router.post("/api/v1/chat", status_code=202)
async def ask_question(
    body: ChatQuestion,
    caller: GenerateCaller,
    db: Db,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> AskedInChat:
    session_id = str(body.session_id) if body.session_id else None
    asked = ask(db, caller, body.question, body.mode, session_id, idempotency_key)
    submitted = SubmittedTask.of(asked.task, asked.typical_seconds)
    return AskedInChat(**submitted.model_dump(), session_id=asked.session_id, message_id=asked.message_id)


handler = lambda_handler(router, limit=LLM)

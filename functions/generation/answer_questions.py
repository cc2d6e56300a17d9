"""POST /api/v1/generate/answer: answers, each checked by its question's type; then follow-ups, or ready."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from assistant.generation.answers import Given
from assistant.generation.finalize import priced
from assistant.generation.sessions import answer
from assistant.http import Db, GenerateCaller, lambda_handler
from assistant.http.generation import SessionState

router = APIRouter(tags=["generation"])


class AnswerGiven(BaseModel):
    question_id: str = Field(max_length=100)
    answer: StrictBool | StrictInt | StrictFloat | StrictStr | Annotated[list[StrictStr], Field(max_length=50)]
    confidence: float | None = Field(default=None, ge=0, le=1)


class AnswersGiven(BaseModel):
    session_id: UUID
    answers: list[AnswerGiven] = Field(min_length=1, max_length=50)


@router.post("/api/v1/generate/answer")
async def answer_questions(body: AnswersGiven, caller: GenerateCaller, db: Db) -> SessionState:
    given = [Given(one.question_id, one.answer, one.confidence) for one in body.answers]
    session = answer(db, caller, str(body.session_id), given)
    return SessionState.of(session, priced(db, caller, session).worst_case)


handler = lambda_handler(router)

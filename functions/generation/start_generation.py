"""POST /api/v1/generate: open the dialogue for a document: search, then typed questions."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.generation.finalize import priced
from assistant.generation.opening import begin
from assistant.http import LLM, Db, GenerateCaller, lambda_handler
from assistant.http.generation import SessionState, TaskKindName
from assistant.llm.gateway import fleet
from assistant.search.models import Label, Text

router = APIRouter(tags=["generation"])


class GenerationStart(BaseModel):
    task_type: TaskKindName
    initial_request: Annotated[Text, StringConstraints(min_length=10, max_length=2000)]
    context: Annotated[Text, StringConstraints(max_length=4000)] = ""
    search_sources: list[Label] = Field(
        default=[], max_length=50, description="Names of sources to draw on; all that the caller may read when empty"
    )


class StartedSession(SessionState):
    """The session. `degraded`: why the model worded no questions; the rules' questions are there all the same."""

    degraded: Literal["model_unavailable"] | None


@router.post("/api/v1/generate", status_code=201)
async def start_generation(body: GenerationStart, caller: GenerateCaller, db: Db) -> StartedSession:
    session, trouble = begin(
        db, caller, fleet(), body.task_type, body.initial_request, body.context, body.search_sources
    )
    worst_case = priced(db, caller, session).worst_case
    return StartedSession.model_validate(StartedSession.of(session, worst_case, degraded=trouble))


handler = lambda_handler(router, limit=LLM)

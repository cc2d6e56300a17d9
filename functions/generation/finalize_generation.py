"""POST /api/v1/generate/finalize: write the document of a session as a task, or answer it when it is written."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from assistant.generation.finalize import finalize
from assistant.http import LLM, Db, GenerateCaller, lambda_handler
from assistant.http.generation import RfcDocument
from assistant.http.tasks import SubmittedTask
from assistant.search.models import Text

router = APIRouter(tags=["generation"])


class Finalization(BaseModel):
    session_id: UUID
    additional_requirements: Annotated[Text, StringConstraints(max_length=4000)] = ""
    target_length: int | None = Field(default=None, ge=100, le=8000, description="Words; 1200 unless told")


@router.post("/api/v1/generate/finalize", responses={202: {"model": SubmittedTask}})
async def finalize_generation(
    body: Finalization, caller: GenerateCaller, db: Db, response: Response
) -> RfcDocument | SubmittedTask:
    rfc, task, seconds = finalize(db, caller, str(body.session_id), body.additional_requirements, body.target_length)
    if rfc is not None:
        return RfcDocument.of(rfc)
    assert task is not None
    response.status_code = 202
    return SubmittedTask.of(task, seconds)


handler = lambda_handler(router, limit=LLM)

"""POST /api/v1/feedback/retrain: learn from feedback, as a task that keeps what is better on held-out feedback."""

import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field

from assistant.http import LLM, AdminCaller, Db, lambda_handler
from assistant.learning.request import Reason, TrainingRequest
from assistant.learning.trainings import order

router = APIRouter(tags=["feedback"])


class RetrainingOrder(BaseModel):
    """Which feedback counts. With `reasons`, only dislikes for those."""

    model_config = ConfigDict(extra="forbid")

    context: Literal["search", "rfc"] | None = None
    min_feedback_count: int = Field(default=10, ge=1, le=10_000)
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None
    reasons: list[Reason] = Field(default=[], max_length=20)


class RetrainingJob(BaseModel):
    job_id: UUID
    status: str


@router.post("/api/v1/feedback/retrain", status_code=202)
async def retrain_from_feedback(
    caller: AdminCaller,
    db: Db,
    body: RetrainingOrder | None = None,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> RetrainingJob:
    request = TrainingRequest(**(body or RetrainingOrder()).model_dump())
    task = order(db, caller, request, idempotency_key).task
    return RetrainingJob(job_id=UUID(task.task_id), status=task.status)


handler = lambda_handler(router, limit=LLM)

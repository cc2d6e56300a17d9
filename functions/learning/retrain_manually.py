"""POST /api/v1/learning/manual-retrain: train on all feedback now, as a task."""

from typing import Annotated

from fastapi import APIRouter, Header

from assistant.http import LLM, AdminCaller, Db, lambda_handler
from assistant.http.tasks import SubmittedTask
from assistant.learning.request import TrainingRequest
from assistant.learning.trainings import order

router = APIRouter(tags=["learning"])


@router.post("/api/v1/learning/manual-retrain", status_code=202)
async def retrain_manually(
    caller: AdminCaller,
    db: Db,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> SubmittedTask:
    ordered = order(db, caller, TrainingRequest(), idempotency_key)
    return SubmittedTask.of(ordered.task, ordered.typical_seconds)


handler = lambda_handler(router, limit=LLM)

"""POST /api/v1/ai-enhancement/model/train: learn the ranking and the examples from feedback, as a task."""

from typing import Annotated

from fastapi import APIRouter, Header

from assistant.http import LLM, AdminCaller, Db, lambda_handler
from assistant.http.tasks import SubmittedTask
from assistant.learning.request import TrainingRequest
from assistant.learning.trainings import order

router = APIRouter(tags=["ai-enhancement"])


@router.post("/api/v1/ai-enhancement/model/train", status_code=202)
async def train_model(
    caller: AdminCaller,
    db: Db,
    body: TrainingRequest | None = None,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> SubmittedTask:
    ordered = order(db, caller, body or TrainingRequest(), idempotency_key)
    return SubmittedTask.of(ordered.task, ordered.typical_seconds)


handler = lambda_handler(router, limit=LLM)

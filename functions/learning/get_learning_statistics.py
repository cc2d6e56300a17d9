"""GET /api/v1/learning/stats: what there is to learn from, and what was learned last."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.learning.statistics import learning_statistics

router = APIRouter(tags=["learning"])


class LearningStatistics(BaseModel):
    """`average_quality`: of ratings, 1 to 5; null without any. `distribution`: ratings by stars."""

    examples: int
    judged_queries: int
    rated_rfcs: int
    average_quality: float | None
    distribution: dict[str, int]
    ready: bool
    active_version: int
    last_retraining: datetime | None
    last_kept: bool | None


@router.get("/api/v1/learning/stats")
async def get_learning_statistics(caller: Caller, db: Db) -> LearningStatistics:
    return LearningStatistics(**asdict(learning_statistics(db, caller.organization_id)))


handler = lambda_handler(router)

"""GET /api/v1/learning/health: whether learning works, looked at now."""

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.learning.statistics import learning_health

router = APIRouter(tags=["learning"])


class LearningHealth(BaseModel):
    """`status`: healthy, or degraded with `problems`. `database_ms`: what a count of trainings took now."""

    status: str
    database_ms: float
    vectors_configured: bool
    weights_in_use: bool
    running_trainings: int
    dead_trainings_last_day: int
    problems: list[str]


@router.get("/api/v1/learning/health")
async def get_learning_health(caller: Caller, db: Db) -> LearningHealth:
    return LearningHealth(**asdict(learning_health(db, caller.organization_id)))


handler = lambda_handler(router)

"""POST /api/v1/learning/rollback: undo what was learned last; searches use the version before at once."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.feedback import Storable
from assistant.http.learning import RankingWeights
from assistant.learning.versions import roll_back

router = APIRouter(tags=["learning"])


class Rollback(BaseModel):
    reason: Annotated[Storable, StringConstraints(min_length=3, max_length=500)]


class RolledBackLearning(BaseModel):
    """`active_version` 0: the defaults."""

    rolled_back_version: int
    active_version: int
    weights: RankingWeights


@router.post("/api/v1/learning/rollback")
async def roll_back_learning(body: Rollback, caller: AdminCaller, db: Db) -> RolledBackLearning:
    done = roll_back(db, caller, body.reason)
    return RolledBackLearning(
        rolled_back_version=done.rolled_back_version,
        active_version=done.active_version,
        weights=RankingWeights.of(done.weights),
    )


handler = lambda_handler(router)

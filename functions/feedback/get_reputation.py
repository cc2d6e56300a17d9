"""GET /api/v1/feedback/reputation/{user_id}: how much a user's feedback has been worth, 0 to 10, and why."""

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.feedback.reputation import reputation
from assistant.http import Caller, Db, lambda_handler
from assistant.identity.ownership import require_owner

router = APIRouter(tags=["feedback"])


class UserReputation(BaseModel):
    """`compared` votes are on targets that others voted on; `agreed` of them with the majority of those."""

    user_id: UUID
    score: float
    given: int
    removed: int
    points: int
    detailed: int
    compared: int
    agreed: int


@router.get("/api/v1/feedback/reputation/{user_id}")
async def get_reputation(user_id: UUID, caller: Caller, db: Db) -> UserReputation:
    require_owner(caller, str(user_id), "There is no such user here.")
    return UserReputation(user_id=user_id, **asdict(reputation(db, caller.organization_id, str(user_id))))


handler = lambda_handler(router)

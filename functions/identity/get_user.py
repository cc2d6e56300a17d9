"""GET /api/v1/users/{user_id}: oneself, or for an administrator anyone of the organisation."""

from uuid import UUID

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.http.identity import UserProfile
from assistant.identity import users
from assistant.identity.ownership import require_owner

router = APIRouter(tags=["identity"])


@router.get("/api/v1/users/{user_id}")
async def get_user(user_id: UUID, caller: Caller, db: Db) -> UserProfile:
    require_owner(caller, str(user_id), users.NO_SUCH_USER)
    return UserProfile.of(users.get_user(db, caller.organization_id, str(user_id)))


handler = lambda_handler(router)

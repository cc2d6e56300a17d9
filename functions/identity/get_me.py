"""GET /api/v1/auth/me: the caller."""

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.http.identity import UserProfile
from assistant.identity.users import get_user

router = APIRouter(tags=["identity"])


@router.get("/api/v1/auth/me")
async def get_me(caller: Caller, db: Db) -> UserProfile:
    return UserProfile.of(get_user(db, caller.organization_id, caller.user_id))


handler = lambda_handler(router)

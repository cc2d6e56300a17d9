"""GET /api/v1/users/current/settings: the caller's settings, with defaults for what they never chose."""

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.identity.settings import Settings, get_settings

router = APIRouter(tags=["identity"])


@router.get("/api/v1/users/current/settings")
async def get_user_settings(caller: Caller, db: Db) -> Settings:
    return get_settings(db, caller)


handler = lambda_handler(router)

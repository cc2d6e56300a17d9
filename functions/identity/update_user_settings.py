"""PUT /api/v1/users/current/settings: replace the caller's settings."""

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.identity.settings import Settings, store_settings

router = APIRouter(tags=["identity"])


@router.put("/api/v1/users/current/settings")
async def update_user_settings(body: Settings, caller: Caller, db: Db) -> Settings:
    store_settings(db, caller, body)
    return body


handler = lambda_handler(router)

"""POST /api/v1/auth/logout: end this sign-in, or all of the caller's."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler, refresh_cookie
from assistant.identity import sessions

router = APIRouter(tags=["identity"])

AUTHORIZER_CACHE = 60  # seconds that the gateway keeps the authorizer's answer


class SignedOut(BaseModel):
    """The refresh token is dead now, the access token at the latest after `access_token_ends_within` seconds."""

    sessions_ended: int
    access_token_ends_within: int = AUTHORIZER_CACHE


@router.post("/api/v1/auth/logout")
async def log_out(
    caller: Caller,
    db: Db,
    response: Response,
    everywhere: Annotated[bool, Query(description="All of the caller's sign-ins")] = False,
) -> SignedOut:
    refresh_cookie.forget(response)
    return SignedOut(sessions_ended=sessions.log_out(db, caller, everywhere=everywhere))


handler = lambda_handler(router)

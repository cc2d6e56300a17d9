"""POST /api/v1/auth/refresh: a refresh token for new tokens; using an old one ends the sign-in."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from assistant.http import Db, lambda_handler, refresh_cookie
from assistant.http.identity import SignedIn
from assistant.identity import accounts
from assistant.platform.errors import Unauthenticated

router = APIRouter(tags=["identity"])


class RefreshRequest(BaseModel):
    refresh_token: str = Field(
        default_factory=str, min_length=1, max_length=200, description="Left out by a browser that has it in its cookie"
    )


@router.post("/api/v1/auth/refresh")
async def refresh(request: Request, response: Response, body: RefreshRequest, db: Db) -> SignedIn:
    if body.refresh_token:
        return SignedIn.of(accounts.refresh(db, body.refresh_token))
    token = refresh_cookie.kept(request)
    if not token:
        raise Unauthenticated("Send the refresh_token of POST /api/v1/auth/login, or its cookie.", reason="missing")
    signed_in = accounts.refresh(db, token, grace_seconds=refresh_cookie.GRACE_SECONDS)
    refresh_cookie.keep(response, signed_in.refresh_token)
    return SignedIn.of(signed_in, in_cookie=True)


handler = lambda_handler(router)

"""POST /api/v1/auth/refresh: a refresh token for new tokens; using an old one ends the sign-in."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.http import Db, lambda_handler
from assistant.http.identity import SignedIn
from assistant.identity import accounts

router = APIRouter(tags=["identity"])


class RefreshRequest(BaseModel):
    refresh_token: str = Field(min_length=1, max_length=200)


@router.post("/api/v1/auth/refresh")
async def refresh(body: RefreshRequest, db: Db) -> SignedIn:
    return SignedIn.of(accounts.refresh(db, body.refresh_token))


handler = lambda_handler(router)

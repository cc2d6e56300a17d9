"""POST /api/v1/auth/login: e-mail address and password for tokens."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr

from assistant.http import LOG_IN, Db, lambda_handler
from assistant.http.identity import Email, SignedIn
from assistant.http.rate_limit import require_place
from assistant.identity import accounts

router = APIRouter(tags=["identity"])


class Credentials(BaseModel):
    email: Email
    password: SecretStr = Field(max_length=128)


@router.post("/api/v1/auth/login")
async def log_in(request: Request, body: Credentials, db: Db) -> SignedIn:
    require_place(request.scope, LOG_IN, f"account:{body.email.lower()}")  # the address has been counted before
    return SignedIn.of(accounts.log_in(db, body.email, body.password.get_secret_value()))


handler = lambda_handler(router, limit=LOG_IN)

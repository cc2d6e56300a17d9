"""POST /api/v1/auth/login: e-mail address and password for tokens."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from assistant.http import LOG_IN, Db, lambda_handler, refresh_cookie
from assistant.http.identity import Email, SignedIn
from assistant.http.rate_limit import require_place
from assistant.identity import accounts

router = APIRouter(tags=["identity"])


class Credentials(BaseModel):
    email: Email
    password: SecretStr = Field(max_length=128)
    refresh_in: refresh_cookie.RefreshIn = Field(
        default="body", description="cookie: HttpOnly, for browsers; POST /auth/refresh then needs no refresh_token"
    )


@router.post("/api/v1/auth/login")
async def log_in(request: Request, response: Response, body: Credentials, db: Db) -> SignedIn:
    require_place(request.scope, LOG_IN, f"account:{body.email.lower()}")  # the address has been counted before
    signed_in = accounts.log_in(db, body.email, body.password.get_secret_value())
    in_cookie = body.refresh_in == "cookie"
    if in_cookie:
        refresh_cookie.keep(response, signed_in.refresh_token)
    return SignedIn.of(signed_in, in_cookie=in_cookie)


handler = lambda_handler(router, limit=LOG_IN)

"""POST /api/v1/auth/password: a new password, for who knows the current one; ends the caller's other sign-ins."""

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr

from assistant.http import LOG_IN, Caller, Db, lambda_handler
from assistant.identity import accounts

router = APIRouter(tags=["identity"])


class PasswordChange(BaseModel):
    current_password: SecretStr = Field(max_length=128)
    new_password: SecretStr = Field(max_length=128, description="8 to 128 characters: upper, lower, digit")


class PasswordChanged(BaseModel):
    other_sessions_ended: int


@router.post("/api/v1/auth/password")
async def change_password(body: PasswordChange, caller: Caller, db: Db) -> PasswordChanged:
    ended = accounts.change_password(
        db, caller, body.current_password.get_secret_value(), body.new_password.get_secret_value()
    )
    return PasswordChanged(other_sessions_ended=ended)


handler = lambda_handler(router, limit=LOG_IN)

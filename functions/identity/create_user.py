"""POST /api/v1/users: an administrator opens an account in their own organisation."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.identity import Email, UserProfile
from assistant.identity import accounts

router = APIRouter(tags=["identity"])


class NewUser(BaseModel):
    username: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    email: Email
    role: Literal["user", "admin"] = "user"


class CreatedUser(UserProfile):
    """`temporary_password` is told only now; its owner changes it at POST /api/v1/auth/password."""

    username: str
    temporary_password: str


@router.post("/api/v1/users", status_code=201)
async def create_user(body: NewUser, caller: AdminCaller, db: Db) -> CreatedUser:
    user, password = accounts.create_user(db, caller, body.email, body.username, body.role)
    return CreatedUser(**UserProfile.of(user).model_dump(), username=user.name, temporary_password=password)


handler = lambda_handler(router)

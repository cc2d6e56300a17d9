"""GET /api/v1/auth/demo-users: the accounts that a fresh local cloud begins with; nowhere else."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import lambda_handler
from assistant.identity.demo import demo_users

router = APIRouter(tags=["identity"])


class DemoUser(BaseModel):
    email: str
    password: str
    role: str


class DemoUsers(BaseModel):
    users: list[DemoUser]


@router.get("/api/v1/auth/demo-users")
async def list_demo_users() -> DemoUsers:
    return DemoUsers(users=[DemoUser(email=u.email, password=u.password, role=u.role) for u in demo_users()])


handler = lambda_handler(router)

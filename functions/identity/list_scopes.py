"""GET /api/v1/auth/scopes: what scopes there are, and which the caller has."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, lambda_handler
from assistant.identity.scopes import DESCRIPTIONS

router = APIRouter(tags=["identity"])


class Scope(BaseModel):
    scope: str
    description: str
    granted: bool


class Scopes(BaseModel):
    scopes: list[Scope]


@router.get("/api/v1/auth/scopes")
async def list_scopes(caller: Caller) -> Scopes:
    return Scopes(
        scopes=[
            Scope(scope=scope, description=description, granted=scope in caller.scopes)
            for scope, description in DESCRIPTIONS.items()
        ]
    )


handler = lambda_handler(router)

"""GET /api/v1/auth/verify: that the token counts, whose it is, and what it may still spend."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.budget.status import find_status
from assistant.http import Caller, Db, lambda_handler
from assistant.http.identity import BudgetShare

router = APIRouter(tags=["identity"])


class VerifiedToken(BaseModel):
    """`budget` is none for a user whom nobody gave one."""

    valid: Literal[True] = True
    user_id: str
    organization_id: str
    session_id: str
    email: str
    role: str
    scopes: list[str]
    budget: BudgetShare | None


@router.get("/api/v1/auth/verify")
async def verify_token(caller: Caller, db: Db) -> VerifiedToken:
    return VerifiedToken(
        user_id=caller.user_id,
        organization_id=caller.organization_id,
        session_id=caller.session_id,
        email=caller.email,
        role=caller.role,
        scopes=sorted(caller.scopes),
        budget=BudgetShare.of(find_status(db, caller.organization_id, caller.user_id)),
    )


handler = lambda_handler(router)

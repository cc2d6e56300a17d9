"""GET /api/v1/auth/budget: the caller's budget in short."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.budget.status import get_status
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["identity"])


class OwnBudget(BaseModel):
    """US dollars. `status`: active, warning from 80 % on, critical from 95 %, exceeded from 100 %."""

    limit: float
    usage: float
    held: float
    remaining: float
    usage_percentage: float
    status: str
    resets_at: datetime


@router.get("/api/v1/auth/budget")
async def get_own_budget(caller: Caller, db: Db) -> OwnBudget:
    status = get_status(db, caller.organization_id, caller.user_id)
    return OwnBudget(
        limit=dollars(status.granted),
        usage=dollars(status.spent),
        held=dollars(status.held),
        remaining=dollars(status.free),
        usage_percentage=round(status.used_percentage, 2),
        status=status.standing,
        resets_at=status.period_end,
    )


handler = lambda_handler(router)

"""GET /api/v1/budget/status: what the caller has spent this period, and what is left."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.budget.status import get_status
from assistant.http import Caller, Db, lambda_handler
from assistant.http.cached import cached
from assistant.platform.cache_keys import budget_tag

router = APIRouter(tags=["budget"])


class BudgetStatus(BaseModel):
    """Amounts in US dollars. `held` is set aside for calls that run now; `remaining_budget` is what is free."""

    user_id: str
    email: str
    current_usage: float
    held: float
    budget_limit: float
    remaining_budget: float
    usage_percentage: float
    budget_status: str
    daily_average: float
    monthly_projection: float
    last_request: datetime | None
    total_requests: int
    resets_at: datetime


@router.get("/api/v1/budget/status")
async def get_budget_status(caller: Caller, db: Db, response: Response) -> BudgetStatus:
    def load() -> BudgetStatus:
        status = get_status(db, caller.organization_id, caller.user_id)
        return BudgetStatus(
            user_id=caller.user_id,
            email=caller.email,
            current_usage=dollars(status.spent),
            held=dollars(status.held),
            budget_limit=dollars(status.granted),
            remaining_budget=dollars(status.free),
            usage_percentage=round(status.used_percentage, 2),
            budget_status=status.standing,
            daily_average=dollars(status.daily_average),
            monthly_projection=dollars(status.projection),
            last_request=status.last_request,
            total_requests=status.total_requests,
            resets_at=status.period_end,
        )

    tags = [budget_tag(caller.user_id)]
    return cached(
        response, caller, "budget_status", caller.email, tags, load, BudgetStatus, until=lambda status: status.resets_at
    )


handler = lambda_handler(router)

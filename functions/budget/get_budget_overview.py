"""GET /api/v1/budget/overview: the organisation's budgets, for its administrators."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.budget.overview import Spender, get_overview
from assistant.http import AdminCaller, Db, lambda_handler

router = APIRouter(tags=["budget"])


class SpenderSummary(BaseModel):
    """A user's current period, in US dollars; `projected_usage` is what it will have cost at this pace."""

    user_id: str
    email: str
    current_usage: float
    held: float
    budget_limit: float
    usage_percentage: float
    projected_usage: float
    projected_percentage: float

    @classmethod
    def of(cls, spender: Spender) -> "SpenderSummary":
        return cls(
            user_id=spender.user_id,
            email=spender.email,
            current_usage=dollars(spender.spent),
            held=dollars(spender.held),
            budget_limit=dollars(spender.granted),
            usage_percentage=round(spender.used_percentage, 2),
            projected_usage=dollars(spender.projected),
            projected_percentage=round(spender.projected_percentage, 2),
        )


class BudgetOverview(BaseModel):
    """US dollars. `organization_*` are none when the organisation has no budget of its own."""

    organization_limit: float | None
    organization_usage: float | None
    organization_held: float | None
    users: int
    users_usage: float
    users_limit: float
    users_at_80_percent: int
    users_at_95_percent: int
    users_at_100_percent: int
    top_spenders: list[SpenderSummary]
    at_risk: list[SpenderSummary]


@router.get("/api/v1/budget/overview")
async def get_budget_overview(caller: AdminCaller, db: Db) -> BudgetOverview:
    overview = get_overview(db, caller.organization_id)
    return BudgetOverview(
        organization_limit=None if overview.granted is None else dollars(overview.granted),
        organization_usage=None if overview.spent is None else dollars(overview.spent),
        organization_held=None if overview.held is None else dollars(overview.held),
        users=len(overview.spenders),
        users_usage=dollars(sum(spender.spent for spender in overview.spenders)),
        users_limit=dollars(sum(spender.granted for spender in overview.spenders)),
        users_at_80_percent=overview.at_least(80),
        users_at_95_percent=overview.at_least(95),
        users_at_100_percent=overview.at_least(100),
        top_spenders=[SpenderSummary.of(spender) for spender in overview.top_spenders],
        at_risk=[SpenderSummary.of(spender) for spender in overview.at_risk],
    )


handler = lambda_handler(router)

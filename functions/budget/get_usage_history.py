"""GET /api/v1/budget/usage-history: what the caller spent on each day, by provider."""

import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from assistant.budget.history import Day, usage_history
from assistant.budget.money import dollars
from assistant.http import Caller, Db, lambda_handler
from assistant.http.cached import cached
from assistant.platform.cache_keys import budget_tag
from assistant.platform.clock import next_quarter

router = APIRouter(tags=["budget"])


class ProviderShare(BaseModel):
    cost: float
    calls: int


class UsageDay(BaseModel):
    """US dollars charged on a day of the organisation's time zone. The shares add up to `cost`."""

    date: datetime.date
    cost: float
    requests: int
    providers: dict[str, ProviderShare]

    @classmethod
    def of(cls, day: Day) -> "UsageDay":
        return cls(
            date=day.day,
            cost=dollars(day.cost),
            requests=day.requests,
            providers={
                name: ProviderShare(cost=dollars(share.cost), calls=share.calls)
                for name, share in sorted(day.providers.items())
            },
        )


class UsageHistory(BaseModel):
    """Oldest day first; the last one is today, so far."""

    days: list[UsageDay]
    total_cost: float
    total_requests: int


@router.get("/api/v1/budget/usage-history")
async def get_usage_history(
    caller: Caller, db: Db, response: Response, days: Annotated[int, Query(ge=1, le=90)] = 7
) -> UsageHistory:
    def load() -> UsageHistory:
        history = usage_history(db, caller.organization_id, caller.user_id, days)
        return UsageHistory(
            days=[UsageDay.of(day) for day in history],
            total_cost=dollars(sum(day.cost for day in history)),
            total_requests=sum(day.requests for day in history),
        )

    tags = [budget_tag(caller.user_id)]
    key = f"usage-history {days}"
    # A day ends at a midnight of the organisation's time zone, and every zone's midnight is on a quarter of an hour.
    return cached(response, caller, "api_response", key, tags, load, UsageHistory, until=lambda _: next_quarter())


handler = lambda_handler(router)

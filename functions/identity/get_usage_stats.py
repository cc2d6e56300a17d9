"""GET /api/v1/auth/usage-stats: what the caller asked for and what it cost, by feature."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.budget.features import usage_by_feature
from assistant.budget.money import dollars
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["identity"])


class FeatureStats(BaseModel):
    """`requests` were charged, in US dollars; the calls to models behind them, with their tokens."""

    feature: str
    requests: int
    cost: float
    calls: int
    input_tokens: int
    output_tokens: int


class UsageStats(BaseModel):
    days: int
    total_requests: int
    total_cost: float
    features: list[FeatureStats]


@router.get("/api/v1/auth/usage-stats")
async def get_usage_stats(caller: Caller, db: Db, days: Annotated[int, Query(ge=1, le=365)] = 30) -> UsageStats:
    features = usage_by_feature(db, caller.organization_id, caller.user_id, days)
    return UsageStats(
        days=days,
        total_requests=sum(usage.requests for usage in features),
        total_cost=dollars(sum(usage.cost for usage in features)),
        features=[
            FeatureStats(
                feature=usage.feature,
                requests=usage.requests,
                cost=dollars(usage.cost),
                calls=usage.calls,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
            )
            for usage in features
        ],
    )


handler = lambda_handler(router)

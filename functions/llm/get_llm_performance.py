"""GET /api/v1/llm/performance: how the providers have measured up, and what to do about it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.llm.statistics import ENOUGH_CALLS, ProviderStatistics, ratings, recommendations, statistics

router = APIRouter(tags=["llm"])


class ProviderPerformance(BaseModel):
    """`rating` 0–100: the mean of reliability, price and speed, the last two against the best provider's.

    `reliability` is the share of calls that was answered, drawn towards a half while there are few. Times in
    milliseconds, of calls that succeeded. `cost_per_1000_output_tokens` in US dollars, the prompts included.
    """

    provider: str
    model: str
    calls: int
    rating: float | None
    reliability: float
    first_token_ms_p50: float | None
    first_token_ms_p95: float | None
    duration_ms_p50: float | None
    duration_ms_p95: float | None
    tokens_per_second: float | None
    cost_per_1000_output_tokens: float | None

    @classmethod
    def of(cls, one: ProviderStatistics, rating: float | None) -> "ProviderPerformance":
        cost = one.cost_per_thousand_output
        return cls(
            provider=one.provider_id,
            model=one.model,
            calls=one.ended,
            rating=rating,
            reliability=round(one.reliability, 4),
            first_token_ms_p50=one.first_token_ms_p50,
            first_token_ms_p95=one.first_token_ms_p95,
            duration_ms_p50=one.duration_ms_p50,
            duration_ms_p95=one.duration_ms_p95,
            tokens_per_second=None if one.speed is None else round(one.speed, 2),
            cost_per_1000_output_tokens=None if cost is None else round(cost / 1_000_000, 9),
        )


class Advice(BaseModel):
    provider: str
    advice: str
    measured: dict[str, float]


class LlmPerformance(BaseModel):
    """Recommendations are drawn from providers with at least `calls_needed` calls in the period."""

    days: int
    calls_needed: int
    providers: list[ProviderPerformance]
    recommendations: list[Advice]


@router.get("/api/v1/llm/performance")
async def get_llm_performance(
    caller: AdminCaller, db: Db, days: Annotated[int, Query(ge=1, le=365)] = 7
) -> LlmPerformance:
    found = statistics(db, caller.organization_id, days)
    marks = ratings(found)
    return LlmPerformance(
        days=days,
        calls_needed=ENOUGH_CALLS,
        providers=[ProviderPerformance.of(one, mark) for one, mark in zip(found, marks, strict=True)],
        recommendations=[
            Advice(provider=one.provider_id, advice=one.advice, measured=one.measured) for one in recommendations(found)
        ],
    )


handler = lambda_handler(router)

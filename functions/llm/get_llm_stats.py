"""GET /api/v1/llm/stats: the strategy, and what each provider was asked, used, cost and failed, over all sandboxes."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.http import AdminCaller, Db, lambda_handler
from assistant.llm.answers import reused
from assistant.llm.settings import stored_strategy
from assistant.llm.statistics import ProviderStatistics, statistics

router = APIRouter(tags=["llm"])


class ProviderNumbers(BaseModel):
    """Money in US dollars. `requests` counts every try that was sent. `errors`: failed and lost, by their code.

    `held_for_lost_calls` may still be charged; `saved_by_cancelling` was given back.
    """

    provider: str
    model: str
    requests: int
    succeeded: int
    cancelled: int
    failed: int
    lost: int
    running: int
    cost: float
    held_for_lost_calls: float
    saved_by_cancelling: float
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    written_tokens: int
    errors: dict[str, int]

    @classmethod
    def of(cls, one: ProviderStatistics) -> "ProviderNumbers":
        return cls(
            provider=one.provider_id,
            model=one.model,
            requests=one.calls,
            succeeded=one.succeeded,
            cancelled=one.cancelled,
            failed=one.failed,
            lost=one.unknown,
            running=one.running,
            cost=dollars(one.cost),
            held_for_lost_calls=dollars(one.reserved_unknown),
            saved_by_cancelling=dollars(one.saved),
            input_tokens=one.input_tokens,
            output_tokens=one.output_tokens,
            cached_tokens=one.cached_tokens,
            written_tokens=one.written_tokens,
            errors=one.error_codes,
        )


class ReusedAnswers(BaseModel):
    """Answers that were given again from the cache: nothing was called or charged. `saved`: what they had cost, USD."""

    answers: int
    saved: float
    tokens: int


class LlmStats(BaseModel):
    """Of the organisation's calls of the last `days`."""

    strategy: str
    days: int
    total_requests: int
    total_cost: float
    total_tokens: int
    total_errors: int
    providers: list[ProviderNumbers]
    reused: ReusedAnswers


@router.get("/api/v1/llm/stats")
async def get_llm_stats(caller: AdminCaller, db: Db, days: Annotated[int, Query(ge=1, le=365)] = 30) -> LlmStats:
    found = statistics(db, caller.organization_id, days)
    again = reused(db, caller.organization_id, days)
    return LlmStats(
        strategy=stored_strategy(db, caller.organization_id),
        days=days,
        total_requests=sum(one.calls for one in found),
        total_cost=dollars(sum(one.cost for one in found)),
        total_tokens=sum(one.input_tokens + one.output_tokens for one in found),
        total_errors=sum(one.failed + one.unknown for one in found),
        providers=[ProviderNumbers.of(one) for one in found],
        reused=ReusedAnswers(
            answers=again.answers, saved=dollars(again.saved), tokens=again.input_tokens + again.output_tokens
        ),
    )


handler = lambda_handler(router)

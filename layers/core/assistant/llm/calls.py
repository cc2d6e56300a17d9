"""The log of every call to a model: started before it, finished after it, and unknown when nobody can say."""

from dataclasses import dataclass
from typing import Literal

from assistant.llm.port import Usage
from assistant.platform.db import UnitOfWork

Outcome = Literal["succeeded", "cancelled", "failed", "unknown"]


@dataclass(frozen=True)
class Totals:
    """What the calls of a request come to. Money in micro-dollars.

    `cost` is known and final; `reserved` is the worst case of the calls whose outcome is not known (yet).
    """

    calls: int
    cost: int
    reserved: int
    input_tokens: int
    output_tokens: int


def begin_call(
    work: UnitOfWork,
    organization_id: str,
    user_id: str,
    request_id: str,
    purpose: str,
    provider: str,
    model: str,
    reserved: int,
    *,
    provider_id: str | None = None,
    strategy: str | None = None,
    attempt: int = 1,
) -> str:
    """Record that a call is about to be made under the hold `request_id`; returns its id.

    Commit before the call is made: a call that no row tells of could not be settled.
    """
    [row] = work.run(
        """INSERT INTO llm_calls (organization_id, user_id, request_id, purpose, provider, model, reserved,
                                  provider_id, strategy, attempt)
           VALUES (CAST(:organization_id AS uuid), CAST(:user_id AS uuid), :request_id, :purpose, :provider, :model,
                   :reserved, :provider_id, :strategy, :attempt)
           RETURNING call_id""",
        organization_id=organization_id,
        user_id=user_id,
        request_id=request_id,
        purpose=purpose,
        provider=provider,
        model=model,
        reserved=reserved,
        provider_id=provider_id or provider,
        strategy=strategy,
        attempt=attempt,
    )
    return str(row["call_id"])


def finish_call(
    work: UnitOfWork,
    organization_id: str,
    call_id: str,
    usage: Usage | None,
    cost: int | None,
    outcome: Outcome,
    first_token_ms: int | None,
    duration_ms: int | None,
    *,
    error_code: str | None = None,
) -> bool:
    """Record how a call ended; False when that was recorded before, and nothing changes then.

    `cost` is None exactly when the outcome is unknown. `usage` None leaves the counts as they are. A call that was
    marked unknown may still be finished: its process was slow, not dead, or the provider's bill came.
    """
    if (cost is None) != (outcome == "unknown"):
        raise ValueError("A call has a cost exactly when its outcome is known.")
    return bool(
        work.run(
            """UPDATE llm_calls SET input_tokens = coalesce(CAST(:input_tokens AS bigint), input_tokens),
                                    output_tokens = coalesce(CAST(:output_tokens AS bigint), output_tokens),
                                    cached_tokens = coalesce(CAST(:cached AS bigint), cached_tokens),
                                    written_tokens = coalesce(CAST(:written AS bigint), written_tokens),
                                    cost = CAST(:cost AS bigint), outcome = :outcome,
                                    error_code = coalesce(CAST(:error_code AS text), error_code),
                                    first_token_ms = coalesce(CAST(:first_token_ms AS integer), first_token_ms),
                                    duration_ms = coalesce(CAST(:duration_ms AS integer), duration_ms),
                                    finished_at = now()
               WHERE call_id = CAST(:call_id AS uuid) AND organization_id = CAST(:organization_id AS uuid)
                 AND outcome IN ('started', 'unknown')
               RETURNING call_id""",
            call_id=call_id,
            organization_id=organization_id,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            cached=usage.cached_input_tokens if usage else None,
            written=usage.written_input_tokens if usage else None,
            error_code=error_code,
            cost=cost,
            outcome=outcome,
            first_token_ms=first_token_ms,
            duration_ms=duration_ms,
        )
    )


def mark_unknown(work: UnitOfWork, organization_id: str, request_id: str) -> int:
    """Calls of a request that still run become unknown, because the process that made them died; how many did."""
    return len(
        work.run(
            """UPDATE llm_calls SET outcome = 'unknown', finished_at = now()
               WHERE request_id = :request_id AND organization_id = CAST(:organization_id AS uuid)
                 AND outcome = 'started'
               RETURNING call_id""",
            organization_id=organization_id,
            request_id=request_id,
        )
    )


@dataclass(frozen=True)
class UnknownCall:
    """A call that was lost, with its worst case in micro-dollars."""

    call_id: str
    reserved: int


def unknown(work: UnitOfWork, organization_id: str, request_id: str) -> list[UnknownCall]:
    """The calls of a request whose outcome is unknown."""
    rows = work.run(
        """SELECT call_id, reserved FROM llm_calls
           WHERE request_id = :request_id AND organization_id = CAST(:organization_id AS uuid)
             AND outcome = 'unknown'""",
        organization_id=organization_id,
        request_id=request_id,
    )
    return [UnknownCall(str(row["call_id"]), row["reserved"]) for row in rows]


@dataclass(frozen=True)
class PaidCall:
    """A call with a known cost, in micro-dollars."""

    provider: str
    model: str
    usage: Usage
    cost: int


def paid(work: UnitOfWork, organization_id: str, request_id: str) -> list[PaidCall]:
    """The calls of a request that cost something, in the order in which they were made."""
    rows = work.run(
        """SELECT provider, model, input_tokens, output_tokens, cached_tokens, written_tokens, cost FROM llm_calls
           WHERE request_id = :request_id AND organization_id = CAST(:organization_id AS uuid) AND cost > 0
           ORDER BY created_at""",
        organization_id=organization_id,
        request_id=request_id,
    )
    return [
        PaidCall(
            row["provider"], row["model"],
            Usage(row["input_tokens"], row["output_tokens"], row["cached_tokens"], row["written_tokens"]), row["cost"],
        )
        for row in rows
    ]  # fmt: skip


def totals(work: UnitOfWork, organization_id: str, request_id: str) -> Totals:
    """The sums over a request's calls; all zero when it made none."""
    [row] = work.run(
        """SELECT count(*) AS calls,
                  CAST(coalesce(sum(cost), 0) AS bigint) AS cost,
                  CAST(coalesce(sum(reserved) FILTER (WHERE cost IS NULL), 0) AS bigint) AS reserved,
                  CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens,
                  CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens
           FROM llm_calls WHERE request_id = :request_id AND organization_id = CAST(:organization_id AS uuid)""",
        organization_id=organization_id,
        request_id=request_id,
    )
    return Totals(**row)


def cost_by_provider(work: UnitOfWork, organization_id: str, request_id: str) -> dict[str, int]:
    """What a request's calls cost at each provider, in micro-dollars; lost calls are not in it yet."""
    rows = work.run(
        """SELECT provider_id, CAST(coalesce(sum(cost), 0) AS bigint) AS cost FROM llm_calls
           WHERE request_id = :request_id AND organization_id = CAST(:organization_id AS uuid)
           GROUP BY provider_id""",
        organization_id=organization_id,
        request_id=request_id,
    )
    return {row["provider_id"]: row["cost"] for row in rows}

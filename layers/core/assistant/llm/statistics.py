"""What the log of calls says of the providers, over all sandboxes: every number is a sum or a share of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.llm.measured import Measured
from assistant.platform.db import UnitOfWork

ENOUGH_CALLS = 20  # before a recommendation is drawn from them
RELIABLE = 0.95


@dataclass(frozen=True, slots=True)
class ProviderStatistics:
    """Calls of one model at one provider that began in the period. Money in micro-dollars.

    `calls` counts every try that was sent; `running` have not ended yet. `saved`: what cancellations gave back.
    Times are of calls that succeeded. `speed`: tokens made per second of their duration.
    """

    provider_id: str
    provider: str
    model: str
    calls: int
    succeeded: int
    cancelled: int
    failed: int
    unknown: int
    running: int
    cost: int
    reserved_unknown: int
    saved: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    written_tokens: int
    first_token_ms_p50: float | None
    first_token_ms_p95: float | None
    duration_ms_p50: float | None
    duration_ms_p95: float | None
    speed: float | None
    error_codes: dict[str, int]

    @property
    def ended(self) -> int:
        return self.calls - self.running

    @property
    def reliability(self) -> float:
        """As the routing strategies see it."""
        return Measured(self.ended, self.succeeded + self.cancelled, self.speed).reliability

    @property
    def cost_per_thousand_output(self) -> float | None:
        """Micro-dollars that a thousand tokens of answers have cost, their prompts included."""
        return 1000 * self.cost / self.output_tokens if self.output_tokens else None


def statistics(work: UnitOfWork, organization_id: str, days: int) -> list[ProviderStatistics]:
    """Of the organization's calls of the last days, the most called provider first."""
    rows = work.run(
        """SELECT provider_id, provider, model, count(*) AS calls,
                  count(*) FILTER (WHERE outcome = 'succeeded') AS succeeded,
                  count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
                  count(*) FILTER (WHERE outcome = 'failed') AS failed,
                  count(*) FILTER (WHERE outcome = 'unknown') AS unknown,
                  count(*) FILTER (WHERE outcome = 'started') AS running,
                  CAST(coalesce(sum(cost), 0) AS bigint) AS cost,
                  CAST(coalesce(sum(reserved) FILTER (WHERE outcome = 'unknown'), 0) AS bigint) AS reserved_unknown,
                  CAST(coalesce(sum(saved), 0) AS bigint) AS saved,
                  CAST(sum(input_tokens) AS bigint) AS input_tokens,
                  CAST(sum(output_tokens) AS bigint) AS output_tokens,
                  CAST(sum(cached_tokens) AS bigint) AS cached_tokens,
                  CAST(sum(written_tokens) AS bigint) AS written_tokens,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY first_token_ms)
                      FILTER (WHERE outcome = 'succeeded') AS first_token_ms_p50,
                  percentile_cont(0.95) WITHIN GROUP (ORDER BY first_token_ms)
                      FILTER (WHERE outcome = 'succeeded') AS first_token_ms_p95,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms)
                      FILTER (WHERE outcome = 'succeeded') AS duration_ms_p50,
                  percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms)
                      FILTER (WHERE outcome = 'succeeded') AS duration_ms_p95,
                  CAST(1000.0 * sum(output_tokens) FILTER (WHERE outcome = 'succeeded')
                       / nullif(sum(duration_ms) FILTER (WHERE outcome = 'succeeded'), 0) AS double precision) AS speed
           FROM llm_calls
           WHERE organization_id = CAST(:organization AS uuid) AND created_at > now() - make_interval(days => :days)
           GROUP BY provider_id, provider, model ORDER BY calls DESC, provider_id, model""",
        organization=organization_id,
        days=days,
    )
    errors = _error_codes(work, organization_id, days)
    return [
        ProviderStatistics(**row, error_codes=errors.get((row["provider_id"], row["provider"], row["model"]), {}))
        for row in rows
    ]


def _error_codes(work: UnitOfWork, organization_id: str, days: int) -> dict[tuple[str, str, str], dict[str, int]]:
    rows = work.run(
        """SELECT provider_id, provider, model, coalesce(error_code, 'lost') AS code, count(*) AS n
           FROM llm_calls
           WHERE organization_id = CAST(:organization AS uuid) AND created_at > now() - make_interval(days => :days)
             AND outcome IN ('failed', 'unknown')
           GROUP BY provider_id, provider, model, code ORDER BY n DESC, code""",
        organization=organization_id,
        days=days,
    )
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row["provider_id"], row["provider"], row["model"]), {})[row["code"]] = row["n"]
    return found


def ratings(found: Sequence[ProviderStatistics]) -> list[float | None]:
    """0 to 100: the mean of reliability, price and speed, the last two against the best of all; None without calls."""
    costs = [one.cost_per_thousand_output for one in found]
    cheapest = min((cost for cost in costs if cost is not None), default=None)
    fastest = max((one.speed for one in found if one.speed), default=None)
    marks: list[float | None] = []
    for one, cost in zip(found, costs, strict=True):
        if not one.ended:
            marks.append(None)
            continue
        price = (cheapest / cost if cost else 1.0) if cost is not None and cheapest is not None else 0.0
        speed = one.speed / fastest if one.speed and fastest else 0.0
        marks.append(round(100 * (one.reliability + price + speed) / 3, 1))
    return marks


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do, and the measured numbers that say so."""

    provider_id: str
    advice: str
    measured: dict[str, float]


def recommendations(found: Sequence[ProviderStatistics]) -> list[Recommendation]:
    """Drawn only from providers with at least ENOUGH_CALLS ended calls."""
    proven = [one for one in found if one.ended >= ENOUGH_CALLS]
    advice = []
    for one in proven:
        answered = (one.succeeded + one.cancelled) / one.ended
        if answered < RELIABLE:
            code = next(iter(one.error_codes), "lost")
            advice.append(Recommendation(
                one.provider_id,
                f"{one.ended - one.succeeded - one.cancelled} of {one.ended} calls failed, most often with {code}. "
                "Look into that, or put another provider first.",
                {"ended": one.ended, "answered_share": round(answered, 4)},
            ))  # fmt: skip
    steady = [one for one in proven if one.reliability >= RELIABLE and one.output_tokens]
    if len(steady) > 1:
        most = steady[0]  # the most called
        cheapest = min(steady, key=lambda one: one.cost_per_thousand_output or 0.0)
        used, best = most.cost_per_thousand_output or 0.0, cheapest.cost_per_thousand_output or 0.0
        if cheapest is not most and best < used:
            advice.append(Recommendation(
                cheapest.provider_id,
                f"Its answers cost {best / used:.0%} of those of {most.provider_id}, which most calls go to, and it is "
                "as steady. Choose cost_optimized if its answers are good enough for you.",
                {"cost_per_1000_output_tokens": round(best / 1e6, 9), "of_the_most_called": round(used / 1e6, 9)},
            ))  # fmt: skip
        fastest = max(steady, key=lambda one: one.speed or 0.0)
        if fastest is not most and most.speed and (fastest.speed or 0.0) > 1.5 * most.speed:
            advice.append(Recommendation(
                fastest.provider_id,
                f"It makes {(fastest.speed or 0.0) / most.speed:.1f} times as many tokens a second as "
                f"{most.provider_id}, which most calls go to.",
                {"tokens_per_second": round(fastest.speed or 0.0, 1), "of_the_most_called": round(most.speed, 1)},
            ))  # fmt: skip
    return advice

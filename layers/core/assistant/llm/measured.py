"""What the log of calls says of each provider: what quality and balance are measured by."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.platform.clock import monotonic
from assistant.platform.db import UnitOfWork

DAYS = 7
CACHE_SECONDS = 60.0
_kept: dict[str, tuple[float, Mapping[str, "Measured"]]] = {}


@dataclass(frozen=True)
class Measured:
    """Calls that ended in the last days. `answered` counts the cancelled ones too: those had begun to answer."""

    calls: int
    answered: int
    tokens_per_second: float | None

    @property
    def reliability(self) -> float:
        """The share that was answered, by Laplace's rule: one call proves little, a thousand prove much."""
        return (self.answered + 1) / (self.calls + 2)


def measured(work: UnitOfWork, organization_id: str) -> Mapping[str, Measured]:
    """By provider id, over the organization's own calls; at most a minute old in this sandbox."""
    kept = _kept.get(organization_id)
    if kept and monotonic() - kept[0] < CACHE_SECONDS:
        return kept[1]
    rows = work.run(
        """SELECT provider_id, count(*) AS calls,
                  count(*) FILTER (WHERE outcome IN ('succeeded', 'cancelled')) AS answered,
                  CAST(1000.0 * sum(output_tokens) FILTER (WHERE outcome = 'succeeded')
                       / nullif(sum(duration_ms) FILTER (WHERE outcome = 'succeeded'), 0) AS double precision) AS speed
           FROM llm_calls
           WHERE organization_id = CAST(:organization AS uuid) AND outcome <> 'started'
             AND created_at > now() - make_interval(days => :days)
           GROUP BY provider_id""",
        organization=organization_id,
        days=DAYS,
    )
    found = {row["provider_id"]: Measured(row["calls"], row["answered"], row["speed"]) for row in rows}
    _kept[organization_id] = (monotonic(), found)
    return found

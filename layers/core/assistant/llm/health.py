"""Whether the providers answer now, by a question that costs nothing, and what the circuit breaker knows of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.llm.circuit import state_of
from assistant.llm.fleet import Fleet
from assistant.llm.port import Provider, ProviderError
from assistant.platform.cache import cache
from assistant.platform.cache_keys import NAMESPACES
from assistant.platform.clock import iso, monotonic, utc_now


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """healthy, degraded (being tried again after failures) or down. `error` is the code of the failed probe."""

    provider_id: str
    provider: str
    model: str
    status: str
    circuit: str
    latency_ms: float
    error: str | None
    checked_at: str


def health(fleet: Fleet, organization_id: str) -> list[ProviderHealth]:
    """Of each provider, at most 30 seconds old."""
    cached = cache().get(
        NAMESPACES["provider_health"],
        organization_id,
        "all",
        (),
        lambda: [asdict(_probed(one)) for one in fleet.providers],
    )
    found: list[dict[str, Any]] = cached.value
    return [ProviderHealth(**one) for one in found]


def overall(found: Sequence[ProviderHealth]) -> str:
    """healthy when all are, critical when none answers, else degraded."""
    if all(one.status == "healthy" for one in found):
        return "healthy"
    return "critical" if all(one.status == "down" for one in found) else "degraded"


def _probed(provider: Provider) -> ProviderHealth:
    error, started = None, monotonic()
    try:
        provider.probe()
    except ProviderError as raised:
        error = raised.code
    latency = round((monotonic() - started) * 1000, 1)
    circuit = state_of(provider.id)
    status = "down" if error or circuit == "open" else "degraded" if circuit == "half_open" else "healthy"
    return ProviderHealth(provider.id, provider.name, provider.model, status, circuit, latency, error, iso(utc_now()))

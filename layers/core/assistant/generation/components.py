"""Which parts that documents and answers stand on answer now: each asked a question that costs nothing, in a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from dataclasses import dataclass
from typing import Literal

from assistant.llm.fleet import Fleet
from assistant.llm.health import ProviderHealth, health
from assistant.platform.clock import monotonic
from assistant.platform.config import MissingSetting
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.platform.valkey import ValkeyDown, valkey
from assistant.search.embeddings import configured

PATIENCE = 4.0  # seconds for all of them together: they are asked side by side
Status = Literal["healthy", "degraded", "down", "off"]
NEEDED = ("database", "search", "models")  # without them no document is written


@dataclass(frozen=True, slots=True)
class Component:
    """`detail` says what was asked and what came. `latency_ms` was measured by this request."""

    component: str
    status: Status
    latency_ms: float
    detail: str


def probe_components(
    work: UnitOfWork, organization_id: str, fleet: Fleet, patience: float = PATIENCE
) -> list[Component]:
    """All of them. What does not answer in `patience` seconds counts as down; nobody waits longer."""
    pool = ThreadPoolExecutor(3, thread_name_prefix="probe")
    started = monotonic()
    waiting = {
        "cache": pool.submit(_timed, "cache", _cache),
        "embeddings": pool.submit(_timed, "embeddings", _embeddings),
        "models": pool.submit(_timed, "models", lambda: _models(fleet, organization_id)),
    }
    found = [_timed("database", lambda: _database(work)), _timed("search", lambda: _search(work, organization_id))]
    found += [_within(name, future, started, patience) for name, future in waiting.items()]
    pool.shutdown(wait=False)
    return found


def overall(found: Sequence[Component]) -> Literal["healthy", "degraded", "critical"]:
    """critical when something is down that nothing replaces."""
    if any(one.status == "down" and one.component in NEEDED for one in found):
        return "critical"
    return "healthy" if all(one.status in ("healthy", "off") for one in found) else "degraded"


def _timed(name: str, probe: Callable[[], tuple[Status, str]]) -> Component:
    started = monotonic()
    try:
        status, detail = probe()
    except AssistantError as error:
        status, detail = "down", error.code
    return Component(name, status, round((monotonic() - started) * 1000, 1), detail)


def _within(name: str, future: "Future[Component]", started: float, patience: float) -> Component:
    try:
        return future.result(max(patience - (monotonic() - started), 0.0))
    except TimeoutError:
        return Component(name, "down", round((monotonic() - started) * 1000, 1), f"no answer within {patience:g} s")


def _database(work: UnitOfWork) -> tuple[Status, str]:
    work.run("SELECT 1 AS one")
    return "healthy", "answers"


def _search(work: UnitOfWork, organization_id: str) -> tuple[Status, str]:
    [row] = work.run(
        "SELECT count(*) AS documents FROM documents WHERE organization_id = CAST(:organization AS uuid)",
        organization=organization_id,
    )
    return "healthy", f"{row['documents']} documents can be found"


def _cache() -> tuple[Status, str]:
    try:
        valkey().ask(lambda client: client.ping())
    except (ValkeyDown, MissingSetting) as error:
        return "down", type(error).__name__
    return "healthy", "answers"


def _embeddings() -> tuple[Status, str]:
    model = configured.model()
    if model is None:
        return "off", "search goes by words alone"
    from assistant.search.embeddings.probe import reach

    return ("healthy", f"{model.name} can be reached") if reach(PATIENCE) else ("down", f"{model.name}: no connection")


def _models(fleet: Fleet, organization_id: str) -> tuple[Status, str]:
    probed: list[ProviderHealth] = health(fleet, organization_id)
    detail = ", ".join(f"{one.provider_id}: {one.status}" for one in probed)
    if all(one.status == "healthy" for one in probed):
        return "healthy", detail
    return ("down" if all(one.status == "down" for one in probed) else "degraded"), detail

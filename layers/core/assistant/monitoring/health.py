"""Probes of what the assistant stands on: each asks the real part a small question and waits only so long."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from functools import cache
from typing import Literal

from assistant.llm.fleet import fleet
from assistant.llm.health import health, overall
from assistant.monitoring.backlog import backlog
from assistant.platform import queues
from assistant.platform.clock import monotonic
from assistant.platform.db import Database
from assistant.platform.errors import Unavailable
from assistant.platform.observability import logger
from assistant.platform.valkey import ValkeyDown, valkey

Status = Literal["healthy", "degraded", "critical"]
SECONDS = 3.0  # for all probes together; the database's own time-out is DATABASE_TIMEOUT_SECONDS
OLD_TASK_SECONDS = 600
OLD_NOTIFICATION_SECONDS = 60
PROBED_QUEUE = "NOTIFICATION_DELIVERY_QUEUE_URL"
WITHOUT_IT_NOTHING_WORKS = {"database", "queues"}


@dataclass(frozen=True, slots=True)
class Component:
    """`latency_ms`: how long its probe took."""

    name: str
    status: Status
    latency_ms: float
    detail: str


@dataclass(frozen=True, slots=True)
class _Found:
    status: Status
    detail: str


def check(database: Database, organization_id: str | None = None, seconds: float = SECONDS) -> list[Component]:
    """Of the database, the cache, the queues, the notifications, and for an organisation the provider."""
    apart: dict[str, Callable[[], _Found]] = {"cache": _cache, "queues": _queues}
    if organization_id:
        apart["provider"] = lambda: _provider(organization_id)
    began = monotonic()
    running = {name: _threads().submit(_timed, name, probe) for name, probe in apart.items()}
    # A connection belongs to one thread, so what asks PostgreSQL does so here, meanwhile.
    found = [_timed("database", lambda: _database(database)), _timed("notifications", lambda: _backlog(database))]
    return _in_order([*found, *_gathered(running, began + seconds)])


def verdict(components: Iterable[Component]) -> Status:
    """critical when a part is down without which nothing works, degraded when anything else is not healthy."""
    worst: Status = "healthy"
    for component in components:
        if component.status == "critical" and component.name in WITHOUT_IT_NOTHING_WORKS:
            return "critical"
        if component.status != "healthy":
            worst = "degraded"
    return worst


def _gathered(running: Mapping[str, "Future[Component]"], until: float) -> list[Component]:
    found = []
    for name, future in running.items():
        try:
            found.append(future.result(max(until - monotonic(), 0)))
        except NotInTime:
            found.append(Component(name, "critical", round(SECONDS * 1000, 1), "It did not answer in time."))
    return found


def _timed(name: str, probe: Callable[[], _Found]) -> Component:
    started = monotonic()
    try:
        found = probe()
    except Exception as error:
        logger.warning("probe_failed", extra={"component": name, "error": f"{type(error).__name__}: {error}"})
        detail = error.detail if isinstance(error, Unavailable) else f"It does not answer ({type(error).__name__})."
        found = _Found("critical", detail)
    return Component(name, found.status, round((monotonic() - started) * 1000, 1), found.detail)


def _database(database: Database) -> _Found:
    with database.reading() as work:
        work.run("SELECT 1 AS one")
    return _Found("healthy", "It answers.")


def _cache() -> _Found:
    try:
        valkey().ask(lambda client: client.ping())
    except ValkeyDown:
        return _Found("critical", "It does not answer; answers come from the database, slower.")
    return _Found("healthy", "It answers.")


def _queues() -> _Found:
    waiting = queues.depth(PROBED_QUEUE)
    return _Found("healthy", f"{waiting} messages wait for their delivery.")


def _provider(organization_id: str) -> _Found:
    found = health(fleet(), organization_id)
    answering = sum(one.status == "healthy" for one in found)
    status = overall(found)
    return _Found(
        "healthy" if status == "healthy" else "degraded" if status == "degraded" else "critical",
        f"{answering} of {len(found)} providers answer.",
    )


def _backlog(database: Database) -> _Found:
    with database.reading() as work:
        found = backlog(work)
    if found.oldest_unsent_seconds > OLD_NOTIFICATION_SECONDS:
        return _Found("degraded", f"A notification has waited {found.oldest_unsent_seconds:.0f} s for its sending.")
    if found.oldest_task_seconds > OLD_TASK_SECONDS:
        return _Found("degraded", f"A task has waited {found.oldest_task_seconds:.0f} s for a worker.")
    return _Found("healthy", f"{found.waiting_tasks} tasks wait, {found.running_tasks} run.")


def _in_order(components: Iterable[Component]) -> list[Component]:
    order = ("database", "cache", "queues", "notifications", "provider")
    return sorted(components, key=lambda component: order.index(component.name))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(8, thread_name_prefix="probe")

"""One look at the whole deployment: every number that the score and the monitor judge by, or None where none is."""

from dataclasses import dataclass

from assistant.budget.money import dollars
from assistant.monitoring.backlog import backlog
from assistant.monitoring.database import connections
from assistant.platform import queues
from assistant.platform.config import setting
from assistant.platform.db import UnitOfWork
from assistant.platform.observability import logger
from assistant.platform.traffic import Served, traffic
from assistant.platform.valkey import ValkeyDown

ENOUGH = 20  # requests, statements or cached reads, before a share or a quantile of them means something


@dataclass(frozen=True, slots=True)
class Measured:
    """Of the last minutes, over all sandboxes; None is "not measured", and never "well"."""

    minutes: int
    requests: int | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    error_rate_percent: float | None
    server_errors: int | None
    cache_hit_rate_percent: float | None
    statements_a_request: float | None
    statement_ms: float | None
    connections_percent: float
    waiting_tasks: int
    running_tasks: int
    oldest_task_seconds: float
    unsent_notification_seconds: float
    dead_tasks: int
    budget_drifts: int
    model_cost_per_hour: float
    dead_letters: int | None


def measure(work: UnitOfWork, minutes: int, *, dead_letters: bool = False) -> Measured:
    """`dead_letters`: also ask SQS, which only the monitor may."""
    try:
        seen: Served | None = traffic().recent(minutes)
    except ValkeyDown:
        seen = None
    waiting, open_now = backlog(work), connections(work)
    enough = seen if seen and seen.requests >= ENOUGH else None
    reads = seen.hits + seen.misses if seen else 0
    return Measured(
        minutes=minutes,
        requests=seen.requests if seen else None,
        latency_p50_ms=enough.quantile(0.5) if enough else None,
        latency_p95_ms=enough.quantile(0.95) if enough else None,
        latency_p99_ms=enough.quantile(0.99) if enough else None,
        error_rate_percent=round(100 * enough.failed / enough.requests, 3) if enough else None,
        server_errors=seen.failed if seen else None,
        cache_hit_rate_percent=round(100 * seen.hits / reads, 1) if seen and reads >= ENOUGH else None,
        statements_a_request=round(enough.statements / enough.requests, 2) if enough else None,
        statement_ms=round(seen.database_us / seen.statements / 1000, 3)
        if seen and seen.statements >= ENOUGH
        else None,
        connections_percent=open_now.percent,
        waiting_tasks=waiting.waiting_tasks,
        running_tasks=waiting.running_tasks,
        oldest_task_seconds=round(waiting.oldest_task_seconds, 1),
        unsent_notification_seconds=round(waiting.oldest_unsent_seconds, 1),
        dead_tasks=waiting.dead_tasks,
        budget_drifts=waiting.drifts,
        model_cost_per_hour=dollars(waiting.cost_last_hour),
        dead_letters=_dead_letters() if dead_letters else None,
    )


def _dead_letters() -> int | None:
    """In all dead-letter queues; None when SQS does not say."""
    urls = [url for url in setting("DEAD_LETTER_QUEUE_URLS").split(",") if url]
    try:
        return sum(queues.depth_of(url) for url in urls)
    except Exception:
        logger.exception("dead_letters_not_counted")
        return None

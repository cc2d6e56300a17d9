"""The state of the queue, as its people and its administrators see it."""

from dataclasses import dataclass

from assistant.platform.db import Row, UnitOfWork
from assistant.tasks.task import Priority

WINDOW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class QueueStats:
    """Of one organization. Seconds; `rate_per_minute` is of the last five minutes; None: nothing ended in them, so
    nobody can tell when the queue will be empty."""

    depth: int
    scheduled: int
    oldest_age: float
    running: int
    rate_per_minute: float
    seconds_to_drain: float | None


@dataclass(frozen=True, slots=True)
class QueueDetails:
    """The same by type and by priority, and how many dead letters wait to be looked at."""

    by_type: dict[str, QueueStats]
    by_priority: dict[str, QueueStats]
    dead_letters: int


COUNTS = """count(*) FILTER (WHERE status = 'queued' AND NOT deferred) AS depth,
    count(*) FILTER (WHERE status = 'queued' AND deferred) AS scheduled,
    count(*) FILTER (WHERE status = 'running') AS running,
    CAST(coalesce(extract(epoch FROM now() - min(queued_at) FILTER (WHERE status = 'queued' AND NOT deferred)), 0)
         AS float8) AS oldest,
    count(*) FILTER (WHERE finished_at IS NOT NULL) AS done
    FROM tasks WHERE organization_id = CAST(:organization AS uuid)
      AND (status = 'queued' AND NOT deferred OR status = 'queued' AND deferred OR status = 'running'
           OR finished_at > now() - make_interval(secs => :window))"""  # one index each


def queue_stats(work: UnitOfWork, organization_id: str) -> QueueStats:
    [row] = work.run(f"SELECT {COUNTS}", organization=organization_id, window=WINDOW_SECONDS)
    return _stats(row)


def queue_details(work: UnitOfWork, organization_id: str) -> QueueDetails:
    by_type = work.run(
        f"SELECT task_type AS key, {COUNTS} GROUP BY task_type ORDER BY task_type",
        organization=organization_id,
        window=WINDOW_SECONDS,
    )
    by_priority = work.run(
        f"SELECT priority AS key, {COUNTS} GROUP BY priority ORDER BY priority",
        organization=organization_id,
        window=WINDOW_SECONDS,
    )
    [dead] = work.run(
        """SELECT count(*) AS n FROM tasks t WHERE t.organization_id = CAST(:organization AS uuid) AND t.status = 'dead'
             AND NOT EXISTS (SELECT FROM tasks r
                             WHERE r.organization_id = CAST(:organization AS uuid) AND r.retry_of = t.task_id)""",
        organization=organization_id,
    )
    return QueueDetails(
        {row["key"]: _stats(row) for row in by_type},
        {Priority(row["key"]).name: _stats(row) for row in by_priority},
        dead["n"],
    )


def _stats(row: Row) -> QueueStats:
    rate = row["done"] / WINDOW_SECONDS
    return QueueStats(
        depth=row["depth"],
        scheduled=row["scheduled"],
        oldest_age=round(row["oldest"], 1),
        running=row["running"],
        rate_per_minute=round(rate * 60, 2),
        seconds_to_drain=0.0 if row["depth"] == 0 else round(row["depth"] / rate, 1) if rate else None,
    )

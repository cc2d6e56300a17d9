"""How long tasks take, from what they have taken: a middle value, and an interval that holds nine in ten.

The interval is of order statistics: of n durations and a new one, drawn alike, the new one lies between the k-th
smallest and the k-th largest with probability 1 - 2k/(n + 1), whatever they are distributed like. So it needs 19
finished tasks, and before there are so many none is given.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.platform.clock import utc_now
from assistant.platform.db import UnitOfWork
from assistant.tasks.task import Task

COVERAGE = 0.9
LOOKED_AT = 200  # finished tasks of the type: old ones say little of now


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds. `low` and `high` hold nine in ten of such tasks; None before enough of them have finished."""

    seconds: float
    low: float | None
    high: float | None


def interval(durations: Sequence[float]) -> tuple[float, float] | None:
    """The bounds among sorted durations, or None when there are too few for COVERAGE."""
    k = int((1 - COVERAGE) / 2 * (len(durations) + 1) + 1e-9)
    return (durations[k - 1], durations[-k]) if k >= 1 else None


def summary(durations: Sequence[float]) -> Duration | None:
    """Of sorted durations; None when there are none."""
    if not durations:
        return None
    bounds = interval(durations)
    low, high = (round(bounds[0], 1), round(bounds[1], 1)) if bounds else (None, None)
    return Duration(round(durations[len(durations) // 2], 1), low, high)


def expected(work: UnitOfWork, task_type: str) -> Duration | None:
    """What a task of the type will take once it has begun; None before the first has finished."""
    return summary(_durations(work, task_type))


def remaining(work: UnitOfWork, task: Task) -> Duration | None:
    """Seconds until the end of a task that has not ended, from the tasks that took longer than it has taken so far.

    One that waits is served after those of its type that are before it, at the rate of the last five minutes.
    """
    durations = _durations(work, task.task_type)
    if task.status == "running" and task.started_at is not None:
        elapsed = (utc_now() - task.started_at).total_seconds()
        return summary([seconds - elapsed for seconds in durations[bisect_right(durations, elapsed) :]])
    found = summary(durations)
    if found is None or task.status != "queued":
        return None
    wait = _wait(work, task)
    bounds = [None if bound is None else round(bound + wait, 1) for bound in (found.low, found.high)]
    return Duration(round(found.seconds + wait, 1), *bounds)


def _durations(work: UnitOfWork, task_type: str) -> list[float]:
    rows = work.run(
        """/* every organization - a duration tells nothing about anyone */
           SELECT CAST(extract(epoch FROM finished_at - started_at) AS float8) AS seconds FROM tasks
           WHERE task_type = :type AND status = 'completed' AND started_at < finished_at
           ORDER BY finished_at DESC LIMIT :limit""",
        type=task_type,
        limit=LOOKED_AT,
    )
    return sorted(row["seconds"] for row in rows)


def _wait(work: UnitOfWork, task: Task) -> float:
    """Seconds until it may run, and until those before it have been served. An organization's own lane decides."""
    [row] = work.run(
        """SELECT CAST(greatest(extract(epoch FROM t.not_before - now()), 0) AS float8) AS until_due,
                  (SELECT count(*) FROM (
                      SELECT 1 FROM tasks b WHERE b.organization_id = CAST(:organization AS uuid)
                        AND b.task_type = t.task_type AND b.status = 'queued' AND NOT b.deferred
                        AND (b.priority > t.priority OR b.priority = t.priority AND b.turn < t.turn) LIMIT 1000
                  ) AS first) AS before,
                  (SELECT count(*) FROM tasks d WHERE d.organization_id = CAST(:organization AS uuid)
                     AND d.task_type = t.task_type AND d.finished_at > now() - interval '5 minutes') AS done
           FROM tasks t WHERE t.organization_id = CAST(:organization AS uuid) AND t.task_id = CAST(:task AS uuid)""",
        organization=task.organization_id,
        task=task.task_id,
    )
    return float(row["until_due"]) + (row["before"] * 300 / row["done"] if row["done"] else 0.0)

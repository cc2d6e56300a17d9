"""What waits and what was lost, over all organisations, by statements that an index answers."""

from dataclasses import dataclass

from assistant.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Backlog:
    """Ages in seconds, 0 when nothing waits. `cost_last_hour` in micro-dollars; `dead_tasks` of the last hour;
    `drifts`: of the last two hours, since the proof runs hourly."""

    waiting_tasks: int
    running_tasks: int
    oldest_task_seconds: float
    oldest_unsent_seconds: float
    dead_tasks: int
    cost_last_hour: int
    drifts: int


def backlog(work: UnitOfWork) -> Backlog:
    """As of now, in one round trip."""
    [row] = work.run(
        """/* every organization - the state of the deployment, as numbers */
           SELECT (SELECT count(*) FROM tasks WHERE status = 'queued') AS waiting_tasks,
                  (SELECT count(*) FROM tasks WHERE status = 'running') AS running_tasks,
                  CAST(coalesce((SELECT extract(epoch FROM now() - min(greatest(not_before, created_at))) FROM tasks
                                 WHERE status = 'queued' AND not_before <= now()), 0) AS double precision)
                      AS oldest_task_seconds,
                  CAST(coalesce((SELECT extract(epoch FROM clock_timestamp() - min(created_at)) FROM notifications
                                 WHERE sent_at IS NULL), 0) AS double precision) AS oldest_unsent_seconds,
                  (SELECT count(*) FROM tasks
                   WHERE status = 'dead' AND finished_at > now() - interval '1 hour') AS dead_tasks,
                  CAST(coalesce((SELECT sum(cost) FROM llm_calls
                                 WHERE created_at > now() - interval '1 hour'), 0) AS bigint) AS cost_last_hour,
                  (SELECT count(*) FROM budget_incidents
                   WHERE kind = 'drift' AND created_at > now() - interval '2 hours') AS drifts"""
    )
    return Backlog(**row)

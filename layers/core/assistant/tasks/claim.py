"""A worker's claim on a task: a lease that must be renewed and a fence that every write checks."""

import json
import random
from collections.abc import Callable
from typing import Any

from assistant.llm import calls
from assistant.notifications.log import notify
from assistant.platform.clock import monotonic
from assistant.platform.db import Database, UnitOfWork
from assistant.tasks.bill import due, explanation, pay, saved
from assistant.tasks.queue import send_ticket
from assistant.tasks.submit import report
from assistant.tasks.task import COLUMNS, Task, from_row

LEASE_SECONDS = 180  # longer than a provider may stay silent in all its tries, since silence renews nothing
HEARTBEAT_SECONDS = 1.0  # how soon a wish to cancel is read
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 5, 600


class LeaseLost(Exception):
    """Another worker has the task, or it is final: stop without a further write."""


class CancelRequested(Exception):
    """The owner wants the task to stop; what was used until now is charged."""


class Claim:
    """The right to run one task. Every write carries the fence and raises LeaseLost when a newer claim exists."""

    def __init__(self, database: Database, task: Task) -> None:
        self._database = database
        self.task = task
        self._claimed_at = self._beaten_at = monotonic()

    def reach(self, stage: str, progress: int, **details: Any) -> None:
        """Report a stage: stored, and told to the owner's clients. Raises CancelRequested."""
        with self._database.transaction() as work:
            self._renew(work, stage, progress)
            notify(
                work, self.task.organization_id, self.task.user_id, "task_progress", {**report(self.task), **details}
            )

    def beat(self, progress: int, *, now: bool = False) -> None:
        """Renew the lease, at most once a second, quietly. Raises CancelRequested."""
        if now or monotonic() - self._beaten_at >= HEARTBEAT_SECONDS:
            with self._database.transaction() as work:
                self._renew(work, self.task.stage, progress)

    def save(self, work: UnitOfWork, checkpoint: dict[str, Any]) -> None:
        """Store a checkpoint in the caller's transaction; the next attempt starts from it."""
        self._update(
            work, "checkpoint = CAST(:checkpoint AS jsonb)", checkpoint=json.dumps(checkpoint, ensure_ascii=False)
        )

    def complete(self, store: Callable[[UnitOfWork], dict[str, Any]]) -> None:
        """Final effects, settlement, result and notification in one transaction, or none of them."""
        with self._database.transaction() as work:
            self._lock(work)
            result = store(work)
            self._finish(work, "completed", "task_completed", stage="done", progress=100, result=result)

    def cancelled(self) -> None:
        with self._database.transaction() as work:
            self._lock(work)
            self._finish(work, "cancelled", "task_cancelled")

    def failed(self, error: dict[str, Any], status: str = "failed") -> None:
        """End the task as failed, or dead when its attempts are used up."""
        with self._database.transaction() as work:
            self._lock(work)
            self._finish(work, status, "task_failed", error=error)

    def retry(self, error: dict[str, Any], after_seconds: float | None = None) -> None:
        """Give the task back, to be tried again after a pause with jitter; dead when it was the last attempt."""
        if self.task.attempts >= self.task.max_attempts:
            self.failed(error, "dead")
            return
        pause = min(FIRST_RETRY_SECONDS * 2 ** (self.task.attempts - 1), LONGEST_RETRY_SECONDS)
        delay = round(max(after_seconds or 0, pause * random.uniform(0.5, 1.0)))  # noqa: S311 - jitter is no secret
        with self._database.transaction() as work:
            calls.mark_unknown(work, self.task.organization_id, self.task.task_id)
            self._update(
                work,
                """status = 'queued', stage = 'queued', lease_until = NULL, error = CAST(:error AS jsonb),
                   not_before = now() + make_interval(secs => :delay)""",
                error=json.dumps(error),
                delay=delay,
            )
            task = self.task
            notify(work, task.organization_id, task.user_id, "task_progress", {**report(task), "retry_in": delay})
            work.after_commit(
                lambda: send_ticket(work, task.organization_id, task.task_id, task.task_type, delay_seconds=delay)
            )

    def _renew(self, work: UnitOfWork, stage: str, progress: int) -> None:
        self._update(
            work,
            "stage = :stage, progress = :progress, lease_until = now() + make_interval(secs => :lease)",
            stage=stage,
            progress=progress,
            lease=LEASE_SECONDS,
        )
        self._beaten_at = monotonic()
        if self.task.cancel_requested_at is not None:
            raise CancelRequested

    def _finish(
        self,
        work: UnitOfWork,
        status: str,
        message: str,
        *,
        stage: str | None = None,
        progress: int | None = None,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        bill = due(work, self.task)
        given_back = saved(work, self.task, bill) if status == "cancelled" else {}
        result = given_back or result
        if result is not None:
            result = {**result, "cost": explanation(work, self.task, bill, monotonic() - self._claimed_at)}
        self._update(
            work,
            """status = :status, stage = coalesce(:stage, stage), progress = coalesce(:progress, progress),
               result = CAST(:result AS jsonb), error = CAST(:error AS jsonb), cost = :cost,
               lease_until = NULL, finished_at = now()""",
            status=status,
            stage=stage,
            progress=progress,
            result=None if result is None else json.dumps(result, ensure_ascii=False),
            error=None if error is None else json.dumps(error),
            cost=bill.cost,
        )
        task = self.task
        data = {**report(task), "cost_microdollars": bill.cost, **({"error": error} if error else {})}
        notify(work, task.organization_id, task.user_id, message, {**data, **given_back}, "high")
        pay(work, task, bill)

    def _lock(self, work: UnitOfWork) -> None:
        """Lock the task before its money, as everyone does, so that nobody waits in a circle."""
        self._update(work, "lease_until = lease_until")

    def _update(self, work: UnitOfWork, changes: str, **values: Any) -> None:
        row = work.one(
            f"""UPDATE tasks SET {changes}
                WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
                  AND fence = :fence AND status = 'running'
                RETURNING {COLUMNS}""",  # noqa: S608 - constant text; values are bound
            organization=self.task.organization_id,
            task=self.task.task_id,
            fence=self.task.fence,
            **values,
        )
        if row is None:
            raise LeaseLost
        self.task = from_row(row)


def claim_next(database: Database, task_type: str) -> Claim | None:
    """Claim the best waiting task of a type: by priority, then the owner with the least running, then age."""
    with database.transaction() as work:
        rows = work.run_and_commit(
            f"""/* any organization - a worker serves all, the claimed row says whose it is */
                UPDATE tasks SET status = 'running', fence = fence + 1, attempts = attempts + 1, stage = 'validated',
                    lease_until = now() + make_interval(secs => :lease), started_at = coalesce(started_at, now())
                WHERE task_id = (
                    SELECT t.task_id FROM tasks t
                    WHERE t.task_type = :type AND t.status = 'queued' AND t.not_before <= now()
                    ORDER BY t.priority DESC,
                        (SELECT count(*) FROM tasks r WHERE r.user_id = t.user_id AND r.status = 'running'),
                        t.created_at
                    LIMIT 1 FOR UPDATE SKIP LOCKED
                )
                RETURNING {COLUMNS}""",  # noqa: S608
            type=task_type,
            lease=LEASE_SECONDS,
        )
    return Claim(database, from_row(rows[0])) if rows else None

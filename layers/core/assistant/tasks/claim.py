"""A worker's claim on a task: a lease that must be renewed and a fence that every write checks."""

import json
from collections.abc import Callable
from typing import Any

from assistant.llm import calls
from assistant.notifications.log import notify
from assistant.platform import interruption
from assistant.platform.clock import deadline, monotonic
from assistant.platform.db import Database, UnitOfWork
from assistant.tasks.backoff import seconds_before_retry
from assistant.tasks.bill import due, explanation, pay, saved
from assistant.tasks.lanes import LEASE_SECONDS, take
from assistant.tasks.queue import LONGEST_DELAY, send_ticket
from assistant.tasks.results import TTL_SECONDS, to_store
from assistant.tasks.submit import report
from assistant.tasks.task import COLUMNS, CancelRequested, LeaseLost, SliceOver, Task, from_row

__all__ = ["LEASE_SECONDS", "CancelRequested", "Claim", "LeaseLost", "SliceOver", "claim_next"]

HEARTBEAT_SECONDS = 1.0  # how often progress is stored while text comes
# Seconds of an invocation that are left when no further step may begin, and when a running one is given up; less
# where the whole is short, as in tests.
LAST_STEP, LAST_WORD = 60.0, 20.0
STUCK = {"code": "no_progress", "title": "The task did not advance", "detail": "A whole run reached no checkpoint."}


class Claim:
    """The right to run one task. Every write carries the fence and raises LeaseLost when a newer claim exists."""

    def __init__(self, database: Database, task: Task) -> None:
        self._database = database
        self.task = task
        self._claimed_at = self._beaten_at = self._saved_at = monotonic()
        self._advanced = False
        self._longest_step = 0.0

    def reach(self, stage: str, progress: int, **details: Any) -> None:
        """Report a stage: stored, and told to the owner's clients. Raises CancelRequested, or SliceOver when the
        sandbox will not live through another step: what was saved is where the next one begins."""
        self._wake()
        end = deadline()
        if self._advanced and end and end.left < max(min(LAST_STEP, end.whole / 10), 1.5 * self._longest_step):
            raise SliceOver
        with self._database.transaction() as work:
            self._renew(work, stage, progress)
            notify(
                work, self.task.organization_id, self.task.user_id, "task_progress", {**report(self.task), **details}
            )

    def beat(self, progress: int, *, now: bool = False) -> None:
        """Renew the lease, at most once a second, quietly. Raises CancelRequested, or SliceOver at the very end."""
        self._wake()
        end = deadline()
        if end and end.left < min(LAST_WORD, end.whole / 30):
            raise SliceOver
        if now or monotonic() - self._beaten_at >= HEARTBEAT_SECONDS:
            with self._database.transaction() as work:
                self._renew(work, self.task.stage, progress)

    def save(self, work: UnitOfWork, checkpoint: dict[str, Any]) -> None:
        """Store a checkpoint in the caller's transaction; the next attempt starts from it."""
        self._update(
            work, "checkpoint = CAST(:checkpoint AS jsonb)", checkpoint=json.dumps(checkpoint, ensure_ascii=False)
        )
        now = monotonic()
        self._longest_step, self._saved_at = max(self._longest_step, now - self._saved_at), now
        self._advanced = True

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
            calls.mark_unknown(work, self.task.organization_id, self.task.task_id)
            self._finish(work, status, "task_failed", error=error)

    def retry(self, error: dict[str, Any], after_seconds: float | None = None) -> None:
        """Give the task back, to be tried again after a pause with jitter; dead when it was the last attempt."""
        if self.task.attempts >= self.task.max_attempts:
            self.failed(error, "dead")
            return
        delay = seconds_before_retry(error.get("kind", "internal"), self.task.attempts, after_seconds)
        with self._database.transaction() as work:
            calls.mark_unknown(work, self.task.organization_id, self.task.task_id)
            self._update(
                work,
                """status = 'queued', stage = 'queued', lease_until = NULL, error = CAST(:error AS jsonb),
                   deferred = true, not_before = now() + make_interval(secs => :delay),
                   ticketed_at = CASE WHEN :delay <= :longest THEN now() + make_interval(secs => :delay) END""",
                error=json.dumps(error),
                delay=delay,
                longest=LONGEST_DELAY,
            )
            task = self.task
            notify(work, task.organization_id, task.user_id, "task_progress", {**report(task), "retry_in": delay})
            if delay <= LONGEST_DELAY:
                self._send_ticket(work, delay)

    def hand_over(self) -> None:
        """Give the task back at its checkpoint, to go on in another sandbox at once.

        No attempt is counted for a run that saved something; one that did not would otherwise go on for ever.
        """
        if not self._advanced and self.task.attempts >= self.task.max_attempts:
            self.failed({**STUCK, "kind": "internal"}, "dead")
            return
        with self._database.transaction() as work:
            self._update(
                work,
                """status = 'queued', lease_until = NULL, slices = slices + 1, queued_at = now(), ticketed_at = now(),
                   attempts = attempts - CAST(:advanced AS int)""",
                advanced=int(self._advanced),
            )
            self._send_ticket(work)

    def _send_ticket(self, work: UnitOfWork, delay: int = 0) -> None:
        task = self.task
        work.after_commit(
            lambda: send_ticket(work, task.organization_id, task.task_id, task.task_type, delay_seconds=delay)
        )

    def _wake(self) -> None:
        """Raise what the heartbeat has heard meanwhile."""
        if reason := interruption.reason():
            raise reason

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
        text: str | None = None
        key: str | None = None
        if result is not None:
            cost = explanation(work, self.task, bill, monotonic() - self._claimed_at)
            text, key = to_store(self.task, {**result, "cost": cost})
        self._update(
            work,
            """status = :status, stage = coalesce(:stage, stage), progress = coalesce(:progress, progress),
               result = CAST(:result AS jsonb), result_key = :key, error = CAST(:error AS jsonb), cost = :cost,
               result_expires_at = CASE WHEN :status = 'completed' AND NOT keep_result
                                        THEN now() + make_interval(secs => :ttl) END,
               lease_until = NULL, finished_at = now()""",
            status=status,
            stage=stage,
            progress=progress,
            result=text,
            key=key,
            error=None if error is None else json.dumps(error),
            cost=bill.cost,
            ttl=TTL_SECONDS,
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
    """Claim the best waiting task of a type: see lanes.py for which that is."""
    row = take(database, task_type)
    return Claim(database, from_row(row)) if row else None

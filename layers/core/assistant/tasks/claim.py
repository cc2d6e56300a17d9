"""A worker's claim on a task: a lease that must be renewed and a fence that every write checks."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assistant.budget import ledger
from assistant.llm import calls
from assistant.notifications.limits import KEPT
from assistant.notifications.log import as_stored, notify, sent_after_commit
from assistant.platform import interruption
from assistant.platform.clock import deadline, monotonic
from assistant.platform.db import Database, Row, StatementFailed, UnitOfWork
from assistant.tasks.backoff import seconds_before_retry
from assistant.tasks.bill import Bill, due_of_claim, explanation, saved
from assistant.tasks.lanes import LEASE_SECONDS, claim_parameters, take
from assistant.tasks.queue import LONGEST_DELAY, send_ticket
from assistant.tasks.results import TTL_SECONDS, to_store
from assistant.tasks.submit import report
from assistant.tasks.task import COLUMNS, CancelRequested, LeaseLost, SliceOver, Task, from_row

__all__ = ["LEASE_SECONDS", "CancelRequested", "Claim", "LeaseLost", "SliceOver", "claim_next"]

HEARTBEAT_SECONDS = 1.0  # how often progress is stored while text comes
# Seconds of an invocation that are left when no further step may begin, and when a running one is given up; less
# where the whole is short, as in tests.
LAST_STEP, LAST_WORD = 60.0, 20.0
FENCED = "P0410"
# The next claim names what the end has answered, so that it comes behind it.
FINISH = f"""SELECT f.listening, f.alerts, {COLUMNS}
    FROM finish_task(
        CAST(:organization AS uuid), CAST(:task AS uuid), :fence, :status, :stage, CAST(:progress AS int),
        CAST(:result AS jsonb), :key, CAST(:error AS jsonb), CAST(:cost AS bigint), :ttl, CAST(:user AS uuid), :kind,
        CAST(:report AS jsonb), CAST(:kept AS int), CAST(:known AS bigint), CAST(:lost AS bigint)) AS f
    LEFT JOIN LATERAL claim_task(CASE WHEN :more AND f.alerts >= 0 THEN CAST(:type AS text) END,
        CAST(:lease AS float8), :floor, CAST(:old AS float8), :aged) AS next ON true"""  # noqa: S608 - columns
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

    def complete(self, store: Callable[[UnitOfWork], dict[str, Any]], *, more: bool = False) -> "Claim | None":
        """Final effects, settlement, result and notification in one transaction, or none of them.

        With `more` the best waiting task of the type is claimed in it too: the one to go on with, if there is one.
        """
        with self._database.transaction() as work:
            bill = due_of_claim(work, self.task)
            result = store(work)
            row = self._finish(work, bill, "completed", "task_completed", result=result, more=more)
        return Claim(self._database, from_row(row)) if row else None

    def cancelled(self) -> None:
        with self._database.transaction() as work:
            bill = due_of_claim(work, self.task)
            self._finish(work, bill, "cancelled", "task_cancelled", result=saved(bill))

    def failed(self, error: dict[str, Any], status: str = "failed") -> None:
        """End the task as failed, or dead when its attempts are used up."""
        with self._database.transaction() as work:
            bill = due_of_claim(work, self.task, died=True)
            self._finish(work, bill, status, "task_failed", error=error)

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
        bill: Bill,
        status: str,
        message: str,
        *,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
        more: bool = False,
    ) -> Row | None:
        """End, tell, settle and commit in one packet; the row of the next task, when there is one and `more` is asked.

        The budgets' rows are locked last and for no round trip: all calls of an organization wait for them.
        """
        done: dict[str, Any] = {"stage": "done", "progress": 100} if status == "completed" else {}
        task = self.task = replace(self.task, status=status, **done)
        text = key = None
        if result is not None:
            cost = explanation(task, bill, monotonic() - self._claimed_at)
            text, key = to_store(task, {**result, "cost": cost})
        told = {"cost_microdollars": bill.cost, **({"error": error} if error else {})}
        given_back = result if status == "cancelled" and result else {}
        try:
            [row] = work.run_and_commit(
                FINISH,
                organization=task.organization_id,
                task=task.task_id,
                fence=task.fence,
                status=status,
                stage=task.stage,
                progress=task.progress,
                result=text,
                key=key,
                error=None if error is None else json.dumps(error),
                cost=bill.cost,
                ttl=TTL_SECONDS,
                user=task.user_id,
                kind=message,
                report=as_stored({**report(task), **told, **given_back}),
                kept=KEPT,
                known=bill.known,
                lost=bill.lost,
                more=more,
                **claim_parameters(task.task_type),
            )
        except StatementFailed as failure:
            raise LeaseLost if failure.sqlstate == FENCED else failure from failure
        ledger.settled(work, task.organization_id, task.user_id, row.pop("alerts"))
        if row.pop("listening"):
            work.after_commit(lambda: sent_after_commit(work, task.organization_id, [task.user_id]))
        return row if row["task_id"] is not None else None

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

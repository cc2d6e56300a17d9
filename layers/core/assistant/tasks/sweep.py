"""Puts right what crashes leave behind: expired leases and lost tickets; forgets old results. Money: reconcile.py."""

import json
from dataclasses import asdict, dataclass
from functools import partial

from assistant.llm import calls
from assistant.notifications.log import notify
from assistant.platform.db import Database, Row, UnitOfWork
from assistant.platform.observability import logger
from assistant.tasks.bill import due, pay
from assistant.tasks.queue import send_ticket
from assistant.tasks.results import expire
from assistant.tasks.submit import report
from assistant.tasks.task import COLUMNS, Task, from_row

BATCH = 200
AHEAD_SECONDS = 60  # a pass comes every minute
TICKET_AGE_SECONDS = 120  # a ticket that has waited this long may be lost; one too many does no harm

DEAD = {
    "code": "attempts_used_up",
    "title": "The task did not finish",
    "detail": "Its worker stopped each time.",
    "kind": "internal",
}


@dataclass(frozen=True, slots=True)
class Swept:
    released: int
    ticketed: int
    expired: int


def sweep(database: Database) -> Swept:
    """One pass; safe to run any number of times, and at the same time."""
    released = release_expired(database)
    swept = Swept(released, send_lost_tickets(database), expire(database))
    logger.info("swept", extra=asdict(swept))
    return swept


def release_expired(database: Database) -> int:
    """Give back the tasks whose worker no longer renews its lease; end those that have used up their attempts."""
    count = 0
    while count < BATCH:
        with database.transaction() as work:
            row = work.one(
                f"""/* every organization - the sweep serves all */
                    SELECT {COLUMNS} FROM tasks WHERE status = 'running' AND lease_until < now()
                    ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED"""  # noqa: S608 - a constant list of columns
            )
            if row is None:
                break
            _release(work, from_row(row))
            count += 1
    return count


def _release(work: UnitOfWork, task: Task) -> None:
    calls.mark_unknown(work, task.organization_id, task.task_id)
    over = task.attempts >= task.max_attempts or task.cancel_requested_at is not None
    bill = due(work, task) if over else None
    status = "queued" if not over else "dead" if task.cancel_requested_at is None else "cancelled"
    [row] = work.run(
        f"""UPDATE tasks SET status = :status, lease_until = NULL, ticketed_at = NULL, fence = fence + 1,
                error = CASE WHEN :status = 'dead' THEN CAST(:dead AS jsonb) ELSE error END,
                cost = :cost, finished_at = CASE WHEN :over THEN now() END
            WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
            RETURNING {COLUMNS}""",  # noqa: S608
        status=status,
        over=over,
        dead=json.dumps(DEAD),
        cost=bill.cost if bill else task.cost,
        organization=task.organization_id,
        task=task.task_id,
    )
    message = {"queued": "task_progress", "dead": "task_failed", "cancelled": "task_cancelled"}[status]
    notify(work, task.organization_id, task.user_id, message, report(from_row(row)))
    if bill:
        pay(work, task, bill)


def send_lost_tickets(database: Database) -> int:
    """Send a ticket for every task that is due within a minute and has none, or whose ticket is old."""
    with database.transaction() as work:
        # With its commit in the same packet: a claim passes by what is locked here, so it is locked for no round trip.
        rows = work.run_and_commit(
            """/* every organization - the sweep serves all */
               WITH lost AS (
                   SELECT task_id FROM tasks
                   WHERE status = 'queued' AND not_before <= now() + make_interval(secs => :ahead)
                     AND (ticketed_at IS NULL OR ticketed_at < now() - make_interval(secs => :age))
                   ORDER BY priority DESC, created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
               UPDATE tasks SET ticketed_at = greatest(not_before, now()) FROM lost WHERE tasks.task_id = lost.task_id
               RETURNING tasks.task_id, tasks.organization_id, tasks.task_type,
                   CAST(ceil(extract(epoch FROM greatest(not_before - now(), interval '0'))) AS int) AS delay""",
            age=TICKET_AGE_SECONDS,
            ahead=AHEAD_SECONDS,
            limit=BATCH,
        )
        for row in rows:
            work.after_commit(partial(_send, work, row))
    return len(rows)


def _send(work: UnitOfWork, row: Row) -> None:
    send_ticket(work, str(row["organization_id"]), str(row["task_id"]), row["task_type"], row["delay"])

"""Keeps a claim alive while its work is silent, and wakes the work when it must end.

A thread with a connection of its own: a worker that waits for a model renews its lease all the same, and hears of a
cancellation although nothing else happens.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.platform.clock import monotonic
from assistant.platform.db import Database, StatementFailed, UnitOfWork
from assistant.platform.errors import Unavailable
from assistant.platform.interruption import Interruption
from assistant.platform.observability import logger
from assistant.tasks.lanes import LEASE_SECONDS
from assistant.tasks.task import CancelRequested, LeaseLost, Task

LOOK_SECONDS = 0.5  # how soon a wish to cancel is heard
RENEW_SECONDS = 5.0  # six chances before the lease of 30 seconds ends


@contextmanager
def beating(database: Database, task: Task, interruption: Interruption) -> Iterator[None]:
    """While the block runs its lease is renewed; it is interrupted with CancelRequested, or LeaseLost."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(database.another(), task, interruption, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()  # a sandbox must not be frozen inside of a statement


def _beat(database: Database, task: Task, interruption: Interruption, ended: threading.Event) -> None:
    renewed = monotonic()
    try:
        while not ended.wait(LOOK_SECONDS):  # nothing is opened for a task that is quicker
            now = monotonic()
            due = now - renewed >= RENEW_SECONDS
            try:
                with database.reading() as work:
                    reason = _renew(work, task) if due else _look(work, task)
            except (Unavailable, StatementFailed):
                logger.warning("heartbeat_missed", exc_info=True)
                if now - renewed < LEASE_SECONDS:
                    continue
                reason = LeaseLost()  # as far as anyone can tell, somebody else has it now
            renewed = now if due else renewed
            if reason is not None:
                interruption.interrupt(reason)
    finally:
        database.discard()


def _look(work: UnitOfWork, task: Task) -> Exception | None:
    row = work.one(
        """SELECT cancel_requested_at FROM tasks
           WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
             AND fence = :fence AND status = 'running'""",
        organization=task.organization_id,
        task=task.task_id,
        fence=task.fence,
    )
    return _reason(row is None, row is not None and row["cancel_requested_at"] is not None)


def _renew(work: UnitOfWork, task: Task) -> Exception | None:
    row = work.one(
        """UPDATE tasks SET lease_until = now() + make_interval(secs => :lease)
           WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
             AND fence = :fence AND status = 'running'
           RETURNING cancel_requested_at""",
        organization=task.organization_id,
        task=task.task_id,
        fence=task.fence,
        lease=LEASE_SECONDS,
    )
    return _reason(row is None, row is not None and row["cancel_requested_at"] is not None)


def _reason(lost: bool, wished: bool) -> Exception | None:
    return LeaseLost() if lost else CancelRequested() if wished else None

"""Submit: the row, its hold and its outbox record in one transaction, then a ticket."""

import hashlib
import json
import math
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.budget import ledger
from assistant.identity.caller import Caller
from assistant.notifications.limits import KEPT
from assistant.notifications.log import as_stored, sent_after_commit
from assistant.platform.clock import utc_now
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import Conflict
from assistant.platform.observability import current_request
from assistant.tasks.lanes import FLOOR
from assistant.tasks.queue import LONGEST_DELAY, send_ticket
from assistant.tasks.task import COLUMNS, Priority, Task, from_row

STORE = """SELECT max_attempts, created_at, not_before, listening FROM store_task(
    CAST(:organization AS uuid), CAST(:user AS uuid), CAST(:task AS uuid), :type, :priority,
    CAST(:args AS jsonb), :key, :hash, CAST(:held AS bigint), CAST(:run_at AS timestamptz), :longest,
    :floor, :keep, CAST(:retry_of AS uuid), CAST(:checkpoint AS jsonb), :request,
    CAST(:report AS jsonb), :kept, :hold)"""


def submit(
    work: UnitOfWork,
    caller: Caller,
    task_type: str,
    args: dict[str, Any],
    priority: Priority,
    worst_case: int,
    idempotency_key: str | None,
    *,
    run_at: datetime | None = None,
    keep_result: bool = False,
    retry_of: Task | None = None,
    store_with: Callable[[Task], None] | None = None,
) -> Task:
    """Store a task and hold `worst_case` micro-dollars for it; committed when this returns.

    `store_with` stores what belongs to the new task in the same transaction.

    The same idempotency key with the same content returns the first task; with other content it is a Conflict.
    Raises BudgetExceeded when it does not fit, and then nothing is stored. It does not begin before `run_at`. One that
    repeats a task goes on from its checkpoint.
    """
    task = Task(
        task_id=str(uuid.uuid4()), organization_id=caller.organization_id, user_id=caller.user_id,
        task_type=task_type, priority=priority, args=args, held=worst_case, keep_result=keep_result,
        checkpoint=retry_of.checkpoint if retry_of else {}, retry_of=retry_of.task_id if retry_of else None,
        request_id=current_request(),
    )  # fmt: skip
    text = json.dumps(args, sort_keys=True, ensure_ascii=False)
    content = f"{task_type}\n{int(priority)}\n{text}" + (f"\n{run_at.isoformat()}" if run_at else "")
    request_hash = hashlib.sha256(content.encode()).hexdigest()
    stored = _store(work, task, text, idempotency_key, request_hash, run_at, hold=store_with is None)
    if stored is None:
        return _submitted_before(work, caller, str(idempotency_key), request_hash)
    listening = stored.pop("listening")
    task = replace(task, **stored)
    if listening:
        work.after_commit(lambda: sent_after_commit(work, task.organization_id, [task.user_id]))
    delay = 0 if run_at is None else max(math.ceil((run_at - utc_now()).total_seconds()), 0)
    if delay <= LONGEST_DELAY:
        work.after_commit(lambda: send_ticket(work, task.organization_id, task.task_id, task_type, delay))
    if store_with is None:
        ledger.changed(work, task.organization_id, task.user_id)
        return task
    store_with(task)
    # Last, with the commit in the same packet, since everyone of the organisation waits for its budget's row.
    if worst_case:
        ledger.hold_and_commit(work, task.organization_id, task.user_id, task.task_id, worst_case, task_type)
    else:
        ledger.hold_nothing_and_commit(work, task.organization_id, task.user_id, task.task_id, task_type)
    return task


def _store(
    work: UnitOfWork,
    task: Task,
    args: str,
    key: str | None,
    request_hash: str,
    run_at: datetime | None,
    *,
    hold: bool,
) -> Row | None:
    """Store the task and tell its owner; with `hold` also hold its cost and commit, all in one packet. None when the
    key was used before."""
    values = {
        "organization": task.organization_id,
        "user": task.user_id,
        "task": task.task_id,
        "type": task.task_type,
        "priority": int(task.priority),
        "args": args,
        "key": key,
        "hash": request_hash,
        "held": task.held,
        "run_at": run_at,
        "longest": LONGEST_DELAY,
        "floor": FLOOR,
        "keep": task.keep_result,
        "retry_of": task.retry_of,
        "checkpoint": json.dumps(task.checkpoint, ensure_ascii=False),
        "request": task.request_id,
        "report": as_stored(report(task)),
        "kept": KEPT,
        "hold": hold,
    }
    with ledger.refusals():
        rows = work.run_and_commit(STORE, **values) if hold else work.run(STORE, **values)
    return rows[0] if rows else None


def report(task: Task) -> dict[str, Any]:
    """What notifications say of a task."""
    return {
        "task_id": task.task_id,
        "task_type": task.task_type,
        "status": task.status,
        "stage": task.stage,
        "progress": task.progress,
    }


def _submitted_before(work: UnitOfWork, caller: Caller, key: str, request_hash: str) -> Task:
    [row] = work.run(
        f"""SELECT {COLUMNS}, request_hash FROM tasks
            WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
              AND idempotency_key = :key""",  # noqa: S608
        organization=caller.organization_id,
        user=caller.user_id,
        key=key,
    )
    if row.pop("request_hash") != request_hash:
        raise Conflict("This Idempotency-Key was used for another request. Use a new key for a new task.")
    return from_row(row)

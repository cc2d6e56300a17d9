"""Submit: the row, its hold and its outbox record in one transaction, then a ticket."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from assistant.budget import ledger
from assistant.identity.caller import Caller
from assistant.notifications.log import notify
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Conflict
from assistant.tasks.queue import send_ticket
from assistant.tasks.task import COLUMNS, Priority, Task, from_row


def submit(
    work: UnitOfWork,
    caller: Caller,
    task_type: str,
    args: dict[str, Any],
    priority: Priority,
    worst_case: int,
    idempotency_key: str | None,
    store_with: Callable[[Task], None] = lambda task: None,
) -> Task:
    """Store a task and hold `worst_case` micro-dollars for it; committed when this returns.

    `store_with` stores what belongs to the new task in the same transaction.

    The same idempotency key with the same content returns the first task; with other content it is a Conflict.
    Raises BudgetExceeded when it does not fit, and then nothing is stored.
    """
    text = json.dumps(args, sort_keys=True, ensure_ascii=False)
    request_hash = hashlib.sha256(f"{task_type}\n{int(priority)}\n{text}".encode()).hexdigest()
    row = work.one(
        f"""INSERT INTO tasks (organization_id, user_id, task_type, priority, args, idempotency_key, request_hash, held)
            VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :type, :priority, CAST(:args AS jsonb),
                    :key, :hash, :held)
            ON CONFLICT (organization_id, user_id, idempotency_key) DO NOTHING
            RETURNING {COLUMNS}""",  # noqa: S608 - a constant list of columns
        organization=caller.organization_id,
        user=caller.user_id,
        type=task_type,
        priority=int(priority),
        args=text,
        key=idempotency_key,
        hash=request_hash,
        held=worst_case,
    )
    if row is None:
        return _submitted_before(work, caller, str(idempotency_key), request_hash)
    task = from_row(row)
    store_with(task)
    notify(work, task.organization_id, task.user_id, "task_progress", report(task))
    work.after_commit(lambda: send_ticket(work, task.organization_id, task.task_id, task_type))
    # Last, with the commit in the same packet, since everyone of the organisation waits for its budget's row.
    ledger.hold_and_commit(work, task.organization_id, task.user_id, task.task_id, worst_case, task_type)
    return task


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

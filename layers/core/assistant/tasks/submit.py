"""Submit: the row, its hold and its outbox record in one transaction, then a ticket."""

import hashlib
import json
import math
from datetime import datetime
from typing import Any

from assistant.budget import ledger
from assistant.identity.caller import Caller
from assistant.notifications.log import notify
from assistant.platform.clock import utc_now
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Conflict
from assistant.platform.observability import current_request
from assistant.tasks.lanes import FLOOR, TURN
from assistant.tasks.queue import LONGEST_DELAY, send_ticket
from assistant.tasks.task import COLUMNS, Priority, Task, from_row


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
) -> Task:
    """Store a task and hold `worst_case` micro-dollars for it; committed when this returns.

    The same idempotency key with the same content returns the first task; with other content it is a Conflict.
    Raises BudgetExceeded when it does not fit, and then nothing is stored. It does not begin before `run_at`. One that
    repeats a task goes on from its checkpoint.
    """
    task = _insert(work, caller, task_type, args, priority, worst_case, idempotency_key, run_at, keep_result, retry_of)
    if isinstance(task, str):
        return _submitted_before(work, caller, str(idempotency_key), task)
    notify(work, task.organization_id, task.user_id, "task_progress", report(task))
    delay = 0 if run_at is None else max(math.ceil((run_at - utc_now()).total_seconds()), 0)
    if delay <= LONGEST_DELAY:
        work.after_commit(lambda: send_ticket(work, task.organization_id, task.task_id, task_type, delay))
    # Last, with the commit in the same packet, since everyone of the organisation waits for its budget's row.
    if worst_case:
        ledger.hold_and_commit(work, task.organization_id, task.user_id, task.task_id, worst_case, task_type)
    else:
        ledger.hold_nothing_and_commit(work, task.organization_id, task.user_id, task.task_id, task_type)
    return task


def _insert(
    work: UnitOfWork,
    caller: Caller,
    task_type: str,
    args: dict[str, Any],
    priority: Priority,
    worst_case: int,
    idempotency_key: str | None,
    run_at: datetime | None,
    keep_result: bool,
    retry_of: Task | None,
) -> Task | str:
    """The new task, or the hash of its content when the key was used before."""
    text = json.dumps(args, sort_keys=True, ensure_ascii=False)
    content = f"{task_type}\n{int(priority)}\n{text}" + (f"\n{run_at.isoformat()}" if run_at else "")
    request_hash = hashlib.sha256(content.encode()).hexdigest()
    row = work.one(
        f"""INSERT INTO tasks (organization_id, user_id, task_type, priority, args, idempotency_key, request_hash, held,
                not_before, deferred, ticketed_at, turn, keep_result, retry_of, checkpoint, request_id)
            VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :type, :priority, CAST(:args AS jsonb),
                    :key, :hash, CAST(:held AS bigint), coalesce(CAST(:run_at AS timestamptz), now()),
                    coalesce(CAST(:run_at AS timestamptz) > now(), false),
                    CASE WHEN coalesce(CAST(:run_at AS timestamptz) < now() + make_interval(secs => :longest), true)
                         THEN greatest(CAST(:run_at AS timestamptz), now()) END,
                    CASE WHEN coalesce(CAST(:run_at AS timestamptz) <= now(), true) THEN {TURN} END,
                    :keep, CAST(:retry_of AS uuid), CAST(:checkpoint AS jsonb), CAST(:request AS text))
            ON CONFLICT (organization_id, user_id, idempotency_key) DO NOTHING
            RETURNING {COLUMNS}""",  # noqa: S608 - constant texts
        organization=caller.organization_id,
        user=caller.user_id,
        type=task_type,
        priority=int(priority),
        args=text,
        key=idempotency_key,
        hash=request_hash,
        held=worst_case,
        floor=FLOOR,
        run_at=run_at,
        longest=LONGEST_DELAY,
        keep=keep_result,
        retry_of=retry_of.task_id if retry_of else None,
        checkpoint=json.dumps(retry_of.checkpoint if retry_of else {}, ensure_ascii=False),
        request=current_request(),
    )
    return request_hash if row is None else from_row(row)


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

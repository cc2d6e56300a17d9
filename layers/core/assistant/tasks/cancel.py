"""Cancel: at once when it waits; when it runs, the worker reads the wish between chunks and stops."""

import json

from assistant.identity.caller import Caller
from assistant.notifications.log import notify
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Conflict
from assistant.tasks.bill import due, pay, saved
from assistant.tasks.read import get_task
from assistant.tasks.submit import report
from assistant.tasks.task import COLUMNS, Task, from_row


def cancel(work: UnitOfWork, caller: Caller, task_id: str) -> Task:
    """Cancel a task, or ask its worker to. Raises NotFound, or Conflict when it is already final."""
    task = get_task(work, caller, task_id, lock=True)
    if task.is_final:
        raise Conflict(f"The task is already {task.status}; there is nothing to cancel.", status_of_task=task.status)
    waiting = task.status == "queued"
    bill = due(work, task) if waiting else None  # an earlier attempt may have used something; only that is charged
    given_back = saved(bill) if bill else None
    [row] = work.run(
        f"""UPDATE tasks SET cancel_requested_at = coalesce(cancel_requested_at, now()),
                status = CASE WHEN :waiting THEN 'cancelled' ELSE status END, cost = :cost,
                result = coalesce(CAST(:result AS jsonb), result),
                finished_at = CASE WHEN :waiting THEN now() ELSE finished_at END
            WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
            RETURNING {COLUMNS}""",  # noqa: S608
        organization=task.organization_id,
        task=task_id,
        waiting=waiting,
        cost=bill.cost if bill else task.cost,
        result=json.dumps(given_back) if given_back else None,
    )
    cancelled = from_row(row)
    if bill:
        notify(work, task.organization_id, task.user_id, "task_cancelled", {**report(cancelled), **(given_back or {})})
        pay(work, task, bill)
    return cancelled

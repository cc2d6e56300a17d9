"""Reading tasks: one's own, or any of the organisation for an administrator."""

import base64
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Invalid, NotFound
from assistant.tasks.task import COLUMNS, Task, from_row

NO_SUCH_TASK = "There is no such task, or it is not yours."


@dataclass(frozen=True, slots=True)
class Page:
    tasks: list[Task]
    counts: dict[str, int]
    next_cursor: str | None


def get_task(work: UnitOfWork, caller: Caller, task_id: str, *, lock: bool = False) -> Task:
    """The task, if the caller may see it; what belongs to someone else is NotFound, as if it did not exist."""
    row = work.one(
        f"""SELECT {COLUMNS} FROM tasks
            WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
              AND (user_id = CAST(:user AS uuid) OR :admin) {"FOR UPDATE" if lock else ""}""",  # noqa: S608
        organization=caller.organization_id,
        user=caller.user_id,
        task=task_id,
        admin=caller.is_admin,
    )
    if row is None:
        raise NotFound(NO_SUCH_TASK)
    return from_row(row)


def list_tasks(work: UnitOfWork, caller: Caller, status: str | None, limit: int, cursor: str | None) -> Page:
    """The caller's own tasks, newest first, with the number of them in each status."""
    before_time, before_id = _decode(cursor) if cursor else ("infinity", str(uuid.UUID(int=0)))
    rows = work.run(
        f"""SELECT {COLUMNS} FROM tasks
            WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
              AND (CAST(:status AS text) IS NULL OR status = CAST(:status AS text))
              AND (created_at, task_id) < (CAST(:time AS timestamptz), CAST(:id AS uuid))
            ORDER BY created_at DESC, task_id DESC LIMIT :limit""",  # noqa: S608
        organization=caller.organization_id,
        user=caller.user_id,
        status=status,
        time=before_time,
        id=before_id,
        limit=limit + 1,
    )
    counts = work.run(
        """SELECT status, count(*) AS n FROM tasks
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid) GROUP BY status""",
        organization=caller.organization_id,
        user=caller.user_id,
    )
    tasks = [from_row(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(tasks, {row["status"]: row["n"] for row in counts}, _encode(tasks[-1]) if more else None)


def _encode(last: Task) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.created_at.isoformat(), last.task_id]).encode()).decode()


def _decode(cursor: str) -> tuple[str, str]:
    try:
        time, identity = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(time).astimezone(UTC).isoformat(), str(uuid.UUID(identity))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:  # UUID(7), the year 1 in Tokyo
        raise Invalid("cursor: pass the next_cursor of the previous page unchanged.") from error

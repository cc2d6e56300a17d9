"""Tasks that come again: cron in a time zone. Each moment submits one task; of those that were missed, one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.identity.caller import Caller
from assistant.notifications.log import notify
from assistant.platform.clock import utc_now
from assistant.platform.db import Database, Row, UnitOfWork
from assistant.platform.errors import AssistantError, Conflict, Invalid, NotFound
from assistant.platform.observability import logger
from assistant.tasks.backoff import reason_of
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from assistant.tasks.types import TaskType, prepare

MOST = 50  # of one user
BATCH = 200
COLUMNS = """schedule_id, organization_id, user_id, task_type, args, priority, cron, time_zone, next_at, last_at,
    last_error, created_at"""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`next_at` is when the next task is submitted; `last_error` why the last one was not."""

    schedule_id: str
    organization_id: str
    user_id: str
    task_type: str
    args: dict[str, Any]
    priority: Priority
    cron: str
    time_zone: str
    next_at: datetime
    last_at: datetime | None
    last_error: dict[str, Any] | None
    created_at: datetime


def next_after(cron: str, time_zone: str, moment: datetime) -> datetime:
    """The first moment of the schedule after `moment`. Raises Invalid with what is wrong and where."""
    from zoneinfo import ZoneInfo, available_timezones  # only who makes or runs schedules pays for these

    from cronsim import CronSim, CronSimError

    if time_zone not in available_timezones():
        raise _wrong("/time_zone", "an IANA time zone, such as Europe/Berlin")
    if len(cron.split()) != 5:
        raise _wrong("/cron", "five fields: minute, hour, day of the month, month, day of the week")
    try:
        return next(CronSim(cron, moment.astimezone(ZoneInfo(time_zone))))
    except (CronSimError, StopIteration) as error:
        raise _wrong("/cron", str(error) or "it never comes") from error


def create(
    work: UnitOfWork,
    caller: Caller,
    types: Mapping[str, TaskType],
    task_type: str,
    args: dict[str, Any],
    priority: Priority,
    cron: str,
    time_zone: str,
) -> Schedule:
    """Store a schedule, its arguments checked as a task's are. Raises Invalid, or Conflict beyond MOST."""
    prepared = prepare(work, types, task_type, args, caller.organization_id)
    next_at = next_after(cron, time_zone, utc_now())
    [count] = work.run(
        """SELECT count(*) AS n FROM task_schedules
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)""",
        organization=caller.organization_id,
        user=caller.user_id,
    )
    if count["n"] >= MOST:
        raise Conflict(f"You have {MOST} schedules. Delete one first.")
    [row] = work.run(
        f"""INSERT INTO task_schedules (organization_id, user_id, task_type, args, priority, cron, time_zone, next_at)
            VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :type, CAST(:args AS jsonb), :priority, :cron,
                    :zone, :next)
            RETURNING {COLUMNS}""",  # noqa: S608 - a constant list of columns
        organization=caller.organization_id,
        user=caller.user_id,
        type=task_type,
        args=json.dumps(prepared.args, ensure_ascii=False),
        priority=int(priority),
        cron=cron,
        zone=time_zone,
        next=next_at,
    )
    return _from_row(row)


def of_user(work: UnitOfWork, caller: Caller) -> list[Schedule]:
    """The caller's schedules, the oldest first."""
    rows = work.run(
        f"""SELECT {COLUMNS} FROM task_schedules
            WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
            ORDER BY created_at, schedule_id""",  # noqa: S608
        organization=caller.organization_id,
        user=caller.user_id,
    )
    return [_from_row(row) for row in rows]


def delete(work: UnitOfWork, caller: Caller, schedule_id: str) -> Schedule:
    """Forget a schedule of the caller, or of the organization for an administrator; its tasks stay."""
    row = work.one(
        f"""DELETE FROM task_schedules
            WHERE organization_id = CAST(:organization AS uuid) AND schedule_id = CAST(:schedule AS uuid)
              AND (user_id = CAST(:user AS uuid) OR :admin) RETURNING {COLUMNS}""",  # noqa: S608
        organization=caller.organization_id,
        user=caller.user_id,
        schedule=schedule_id,
        admin=caller.is_admin,
    )
    if row is None:
        raise NotFound("There is no such schedule, or it is not yours.")
    return _from_row(row)


def submit_due(database: Database, types: Mapping[str, TaskType]) -> dict[str, int]:
    """Submit a task for each schedule whose moment has come; how many were submitted, how many refused."""
    counts = {"submitted": 0, "refused": 0}
    for _ in range(BATCH):
        try:
            due: list[Schedule] = []
            with database.transaction() as work:
                if not _submit_one(work, types, due):
                    break
            counts["submitted"] += 1
        except Exception as error:  # its own moment passes, and no other schedule waits for it
            if not due:
                raise
            logger.warning("schedule_refused", exc_info=not isinstance(error, AssistantError))
            with database.transaction() as work:
                _refuse(work, due[0], reason_of(error))
            counts["refused"] += 1
    return counts


def _submit_one(work: UnitOfWork, types: Mapping[str, TaskType], due: list[Schedule]) -> bool:
    row = work.one(
        f"""/* every organization - the schedule serves all */
            SELECT {COLUMNS} FROM task_schedules WHERE next_at <= now()
            ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED"""  # noqa: S608
    )
    if row is None:
        return False
    schedule = _from_row(row)
    due.append(schedule)
    prepared = prepare(work, types, schedule.task_type, schedule.args, schedule.organization_id)
    owner = Caller(schedule.user_id, schedule.organization_id, "user", frozenset(), "", "")
    _advance(work, schedule, None)
    key = f"schedule {schedule.schedule_id} {schedule.next_at.isoformat()}"
    submit(work, owner, schedule.task_type, prepared.args, schedule.priority, prepared.worst_case, key)
    return True


def _refuse(work: UnitOfWork, schedule: Schedule, reason: dict[str, Any]) -> None:
    if _advance(work, schedule, reason):
        data = {"schedule_id": schedule.schedule_id, "task_type": schedule.task_type, "error": reason}
        notify(work, schedule.organization_id, schedule.user_id, "task_failed", data, "high")


def _advance(work: UnitOfWork, schedule: Schedule, error: dict[str, Any] | None) -> bool:
    return bool(
        work.run(
            """UPDATE task_schedules SET next_at = :next, last_at = now(), last_error = CAST(:error AS jsonb)
               WHERE organization_id = CAST(:organization AS uuid) AND schedule_id = CAST(:schedule AS uuid)
                 AND next_at = :due
               RETURNING schedule_id""",
            organization=schedule.organization_id,
            schedule=schedule.schedule_id,
            due=schedule.next_at,
            next=next_after(schedule.cron, schedule.time_zone, max(utc_now(), schedule.next_at)),
            error=json.dumps(error) if error else None,
        )
    )


def _from_row(row: Row) -> Schedule:
    identities = {name: str(row[name]) for name in ("schedule_id", "organization_id", "user_id")}
    return Schedule(**{**row, **identities, "priority": Priority(row["priority"])})


def _wrong(pointer: str, detail: str) -> Invalid:
    return Invalid(f"{pointer}: {detail}.", errors=[{"pointer": pointer, "detail": detail}])

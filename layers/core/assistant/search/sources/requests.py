"""Asking for runs: by an administrator now, by a source's schedule when it is due. One run of a source at a time."""

from assistant.identity.caller import Caller
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import Conflict
from assistant.search.sources import store
from assistant.search.sources.store import SCHEDULES, Source
from assistant.search.sources.task_types import TASK_TYPES
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from assistant.tasks.types import prepare

TYPE = "process_data_sync"
BATCH = 100


def start(work: UnitOfWork, caller: Caller, source_id: str, sync_type: str) -> tuple[str, bool]:
    """(task, whether it is new): the run that waits or goes on already, else one that is submitted and committed."""
    args = {"source": source_id, "sync_type": sync_type}
    if open_task := _open(work, caller.organization_id, source_id):
        return open_task, False
    prepared = prepare(work, TASK_TYPES, TYPE, args, caller.organization_id)
    return submit(work, caller, TYPE, prepared.args, Priority.normal, prepared.worst_case, None).task_id, True


def chosen(work: UnitOfWork, caller: Caller, source_ids: list[str]) -> list[Source]:
    """The enabled sources among these, or all of them for none; NotFound, or Conflict for a disabled one."""
    if not source_ids:
        listed = store.listed(
            work, caller.organization_id, caller.user_id, include_disabled=False, with_documents=False
        )
        return [each.source for each in listed]
    found = [store.find(work, caller.organization_id, source_id) for source_id in dict.fromkeys(source_ids)]
    if disabled := [source.name for source in found if not source.is_enabled]:
        raise Conflict(f"{disabled[0]} is disabled. Enable it to sync it.")
    return found


def submit_due(database: Database) -> int:
    """Submit a run for every source whose time has come; how many."""
    count = 0
    while count < BATCH:
        with database.transaction() as work:
            row = work.one(
                """/* every organization - the schedule serves all */
                   SELECT CAST(source_id AS text) AS source_id, CAST(organization_id AS text) AS organization_id,
                          CAST(created_by AS text) AS created_by, schedule
                   FROM sources WHERE is_enabled AND next_sync_at <= now()
                   ORDER BY next_sync_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
            )
            if row is None:
                return count
            work.run(
                """UPDATE sources SET next_sync_at = now() + make_interval(secs => :period)
                   WHERE organization_id = CAST(:organization_id AS uuid) AND source_id = CAST(:source_id AS uuid)""",
                period=SCHEDULES[row["schedule"]],
                organization_id=row["organization_id"],
                source_id=row["source_id"],
            )
            caller = Caller(row["created_by"], row["organization_id"], "admin", frozenset(), "", "")
            start(work, caller, row["source_id"], "incremental")
            count += 1
    return count


def _open(work: UnitOfWork, organization_id: str, source_id: str) -> str | None:
    row = work.one(
        """SELECT CAST(task_id AS text) AS task_id FROM tasks
           WHERE organization_id = CAST(:organization_id AS uuid) AND task_type = :type
             AND status IN ('queued', 'running') AND args ->> 'source' = :source_id
           ORDER BY created_at LIMIT 1""",
        organization_id=organization_id,
        type=TYPE,
        source_id=source_id,
    )
    return str(row["task_id"]) if row else None

"""Money that crashes left held: lost calls are charged at their worst case, abandoned holds are closed."""

from assistant.budget import ledger
from assistant.llm import calls, metered
from assistant.platform.db import Database

BATCH = 1000
UNKNOWN_AFTER_MINUTES = 15
ABANDONED_AFTER_MINUTES = 60  # longer than any request or attempt lives


def reconcile_unknown(database: Database, after_minutes: float = UNKNOWN_AFTER_MINUTES) -> int:
    """Settle the holds whose lost calls stayed unknown: what they may cost at most is charged; how many."""
    count = 0
    while count < BATCH:
        with database.transaction() as work:
            row = work.one(
                """/* every organization - the schedule serves all */
                   SELECT request_id, organization_id FROM holds
                   WHERE state = 'unknown' AND settled_at < now() - make_interval(secs => :seconds)
                   ORDER BY settled_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED""",
                seconds=after_minutes * 60,
            )
            if row is None:
                break
            organization_id, request_id = str(row["organization_id"]), row["request_id"]
            cost = metered.reconcile(work, organization_id, request_id)
            total = ledger.agreed_cost(work, organization_id, request_id, cost)
            work.run(
                """UPDATE tasks SET cost = :cost
                   WHERE organization_id = CAST(:organization AS uuid)
                     AND task_id = CASE WHEN :request ~ '^[0-9a-f-]{36}$' THEN CAST(:request AS uuid) END""",
                cost=total,
                organization=organization_id,
                request=request_id,
            )
            ledger.settle_and_commit(work, organization_id, request_id, cost)
            count += 1
    return count


def close_abandoned(database: Database, after_minutes: float = ABANDONED_AFTER_MINUTES) -> int:
    """Settle the open holds whose request died and whose task, if any, has ended; how many.

    Calls that had begun become unknown: their worst case stays held until `reconcile_unknown` charges it. A hold
    without a call is freed, because a call is recorded before it is made.
    """
    count = 0
    while count < BATCH:
        with database.transaction() as work:
            row = work.one(
                """/* every organization - the schedule serves all */
                   SELECT h.request_id, h.organization_id FROM holds h
                   WHERE h.state = 'held' AND h.created_at < now() - make_interval(secs => :seconds)
                     AND NOT EXISTS (
                         SELECT FROM tasks t WHERE t.organization_id = h.organization_id
                           AND t.task_id = CASE WHEN h.request_id ~ '^[0-9a-f-]{36}$'
                                                THEN CAST(h.request_id AS uuid) END
                           AND t.status IN ('queued', 'running'))
                   ORDER BY h.created_at LIMIT 1 FOR NO KEY UPDATE OF h SKIP LOCKED""",
                seconds=after_minutes * 60,
            )
            if row is None:
                break
            organization_id, request_id = str(row["organization_id"]), row["request_id"]
            calls.mark_unknown(work, organization_id, request_id)
            totals = calls.totals(work, organization_id, request_id)
            ledger.settle_and_commit(work, organization_id, request_id, totals.cost, keep=totals.reserved)
            count += 1
    return count

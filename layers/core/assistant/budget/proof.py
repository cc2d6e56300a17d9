"""Proves from the ledger's rows that every budget adds up: `granted = spent + held + free`, at every level."""

from typing import Any

from assistant.platform.db import Database, Row, UnitOfWork
from assistant.platform.observability import count, logger

MONTHS_AHEAD = 3

# Periods: the sums of the ledger, the row that decides, and the open holds say the same. A hard budget has never let
# more through than it had: what an administrator took back since (free → granted) may be missing now.
PERIODS = """/* every organization - the proof is of the whole ledger */
WITH moved AS (
    SELECT budget_id, period_start, account, sum(amount) AS balance
    FROM (
        SELECT budget_id, period_start, to_account AS account, amount FROM ledger_entries
        UNION ALL
        SELECT budget_id, period_start, from_account, -amount FROM ledger_entries
    ) AS sides
    GROUP BY budget_id, period_start, account
),
taken_back AS (
    SELECT budget_id, period_start, sum(amount) AS amount FROM ledger_entries
    WHERE from_account = 'free' AND to_account = 'granted' GROUP BY budget_id, period_start
),
ledger AS (
    SELECT budget_id, period_start,
           coalesce(-sum(balance) FILTER (WHERE account = 'granted'), 0) AS granted,
           coalesce(sum(balance) FILTER (WHERE account = 'free'), 0) AS free,
           coalesce(sum(balance) FILTER (WHERE account = 'held'), 0) AS held,
           coalesce(sum(balance) FILTER (WHERE account = 'spent'), 0) AS spent
    FROM moved GROUP BY budget_id, period_start
),
open_holds AS (
    SELECT taken.budget_id, taken.period_start,
           sum(CASE h.state WHEN 'held' THEN h.amount ELSE h.kept END) AS held
    FROM holds h CROSS JOIN LATERAL unnest(h.budget_ids, h.period_starts) AS taken (budget_id, period_start)
    WHERE h.state IN ('held', 'unknown')
    GROUP BY taken.budget_id, taken.period_start
)
SELECT p.budget_id, p.organization_id, p.period_start, b.level, b.mode, p.granted, p.spent, p.held,
       l.granted AS ledger_granted, l.spent AS ledger_spent, l.held AS ledger_held, l.free AS ledger_free,
       coalesce(h.held, 0) AS open_holds
FROM budget_periods p
JOIN budgets b USING (budget_id)
LEFT JOIN ledger l ON l.budget_id = p.budget_id AND l.period_start = p.period_start
LEFT JOIN taken_back t ON t.budget_id = p.budget_id AND t.period_start = p.period_start
LEFT JOIN open_holds h ON h.budget_id = p.budget_id AND h.period_start = p.period_start
WHERE l.budget_id IS NULL
   OR p.granted <> l.granted OR p.spent <> l.spent OR p.held <> l.held
   OR l.granted <> l.spent + l.held + l.free
   OR p.held <> coalesce(h.held, 0)
   OR (b.mode = 'hard' AND p.spent + p.held > p.granted + coalesce(t.amount, 0)
       AND NOT EXISTS (SELECT FROM budget_changes c WHERE c.budget_id = b.budget_id AND c.old_mode <> c.new_mode))
"""

# Holds: each level that a hold was taken from has the same entries, and they come to what the hold says. This is
# what "at every level or at none" leaves behind.
HOLDS = """/* every organization - the proof is of the whole ledger */
WITH by_level AS (
    SELECT request_id, budget_id,
           coalesce(sum(amount) FILTER (WHERE from_account = 'free' AND to_account = 'held'), 0) AS taken,
           coalesce(sum(amount) FILTER (WHERE from_account = 'held' AND to_account = 'spent'), 0) AS spent,
           coalesce(sum(amount) FILTER (WHERE from_account = 'held' AND to_account = 'free'), 0) AS freed
    FROM ledger_entries WHERE request_id IS NOT NULL GROUP BY request_id, budget_id
), by_request AS (
    SELECT request_id, count(*) AS levels, min(taken) AS taken, max(taken) AS most_taken, min(spent) AS spent,
           max(spent) AS most_spent, min(freed) AS freed, max(freed) AS most_freed
    FROM by_level GROUP BY request_id
)
SELECT coalesce(h.request_id, e.request_id) AS request_id, h.organization_id, h.state, h.amount, h.settled, h.kept,
       e.levels, e.taken, e.spent, e.freed
FROM holds h FULL JOIN by_request e ON e.request_id = h.request_id
WHERE h.request_id IS NULL
   OR (h.amount > 0 AND e.request_id IS NULL)
   OR e.levels <> cardinality(h.budget_ids)
   OR (e.taken, e.spent, e.freed) <> (e.most_taken, e.most_spent, e.most_freed)
   OR e.taken <> h.amount OR e.spent <> h.settled
   OR e.freed <> CASE WHEN h.state = 'held' THEN 0 ELSE h.amount - h.settled - h.kept END
LIMIT 1000
"""


def discrepancies(work: UnitOfWork) -> list[Row]:
    """The budget periods and the holds that do not add up; empty when all is well."""
    return work.run(PERIODS) + work.run(HOLDS)


def prove(database: Database) -> dict[str, Any]:
    """Run the proof, open the ledger's next partitions; drift is logged, counted as a metric and kept as an incident.

    The two parts of the proof are one statement each, so each sees one instant of the ledger.
    """
    with database.reading() as work:
        found = discrepancies(work)
        [row] = work.run(
            "SELECT open_monthly_partitions('ledger_entries', now(), CAST(:months AS int)) AS made", months=MONTHS_AHEAD
        )
    count({"BudgetDrift": len(found)})
    with database.transaction() as work:
        for drift in found:
            logger.error("budget_drift", extra={"drift": {key: str(value) for key, value in drift.items()}})
            if drift["organization_id"] is None:
                continue
            work.run(
                """INSERT INTO budget_incidents (organization_id, request_id, kind, amount)
                   VALUES (CAST(:organization AS uuid), :request, 'drift', 0)""",
                organization=str(drift["organization_id"]),
                request=drift.get("request_id") or str(drift["budget_id"]),
            )
    return {"drift": len(found), "partitions": row["made"]}

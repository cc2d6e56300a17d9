"""The numbers of the reports on usage, cost and tasks, each one statement over the rows themselves."""

from datetime import timedelta

from assistant.analytics.report import Chart, Report, Scope, Total, Unit, labels, table_of, values
from assistant.budget.money import dollars
from assistant.platform.db import Row, UnitOfWork

MOST_PEOPLE = 20

# The rows of a report: of the organisation, of the user unless the whole organisation is meant, of its days.
CALLS = """FROM llm_calls c JOIN organizations o ON o.organization_id = c.organization_id
    WHERE c.organization_id = CAST(:organization AS uuid) AND (:whole OR c.user_id = CAST(:user AS uuid))
      AND c.created_at >= first_instant(CAST(:start AS date), o.time_zone)
      AND c.created_at < first_instant(CAST(:end AS date) + 1, o.time_zone)"""
# Every charge is in the ledger once for each level above the user; the user's own is the one that always is there.
CHARGES = """FROM ledger_entries e
    JOIN budgets b ON b.budget_id = e.budget_id AND b.organization_id = CAST(:organization AS uuid)
    JOIN organizations o ON o.organization_id = e.organization_id
    LEFT JOIN holds h ON h.request_id = e.request_id AND h.organization_id = CAST(:organization AS uuid)
    LEFT JOIN users u ON u.user_id = b.owner_id AND u.organization_id = CAST(:organization AS uuid)
    WHERE e.organization_id = CAST(:organization AS uuid) AND e.to_account = 'spent' AND b.level = 'user'
      AND (:whole OR b.owner_id = CAST(:user AS uuid))
      AND e.created_at >= first_instant(CAST(:start AS date), o.time_zone)
      AND e.created_at < first_instant(CAST(:end AS date) + 1, o.time_zone)"""
TASKS = """FROM tasks t JOIN organizations o ON o.organization_id = t.organization_id
    WHERE t.organization_id = CAST(:organization AS uuid) AND (:whole OR t.user_id = CAST(:user AS uuid))
      AND t.created_at >= first_instant(CAST(:start AS date), o.time_zone)
      AND t.created_at < first_instant(CAST(:end AS date) + 1, o.time_zone)"""

CALL_MEASURES = """count(*) AS calls, CAST(coalesce(sum(c.input_tokens), 0) AS bigint) AS input_tokens,
    CAST(coalesce(sum(c.output_tokens), 0) AS bigint) AS output_tokens,
    count(*) FILTER (WHERE c.outcome = 'failed') AS failed,
    CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY c.duration_ms) / 1000 AS float8) AS median"""
CHARGE_MEASURES = "CAST(coalesce(sum(e.amount), 0) AS bigint) AS cost, count(DISTINCT e.request_id) AS requests"
TASK_MEASURES = """count(*) AS submitted, count(*) FILTER (WHERE t.status = 'completed') AS completed,
    count(*) FILTER (WHERE t.status IN ('failed', 'dead')) AS failed,
    count(*) FILTER (WHERE t.status = 'cancelled') AS cancelled,
    CAST(coalesce(sum(t.cost), 0) AS bigint) AS cost,
    CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.finished_at - t.started_at))
         FILTER (WHERE t.status = 'completed') AS float8) AS median,
    CAST(percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM t.finished_at - t.started_at))
         FILTER (WHERE t.status = 'completed') AS float8) AS slow"""


def usage(work: UnitOfWork, scope: Scope) -> Report:
    """Calls to models and their tokens: per day, per feature, per model."""
    [total] = work.run(f"SELECT {CALL_MEASURES}, count(DISTINCT c.user_id) AS people {CALLS}", **scope.binds)
    features = work.run(
        f"SELECT c.purpose AS name, {CALL_MEASURES} {CALLS} GROUP BY 1 ORDER BY 2 DESC, 1", **scope.binds
    )
    models = work.run(
        f"SELECT c.provider || ' ' || c.model AS name, {CALL_MEASURES} {CALLS} GROUP BY 1 ORDER BY 2 DESC, 1",
        **scope.binds,
    )
    days = _every_day(
        scope,
        work.run(
            f"""SELECT CAST(c.created_at AT TIME ZONE o.time_zone AS date) AS day, {CALL_MEASURES}
            {CALLS} GROUP BY 1""",
            **scope.binds,
        ),
    )
    columns: dict[str, Unit] = {"Calls": "", "Failed": "", "Input tokens": "", "Output tokens": "", "Median": "seconds"}

    def line(row: Row) -> tuple[int | float | None, ...]:
        return (row.get("calls", 0), row.get("failed", 0), row.get("input_tokens", 0), row.get("output_tokens", 0),
                row.get("median"))  # fmt: skip

    return Report(
        "usage",
        "Usage of models",
        scope,
        [
            Total("Calls", total["calls"]),
            Total("Failed calls", total["failed"]),
            Total("Input tokens", total["input_tokens"]),
            Total("Output tokens", total["output_tokens"]),
            Total("People", total["people"]),
        ],
        [
            table_of("By feature", "Feature", columns, features, line),
            table_of("By model", "Model", columns, models, line),
            table_of("By day", "Day", columns, days, line, "day"),
        ],
        [
            Chart("calls_by_day", "Calls per day", "line", labels(days, "day"), values(days, "calls")),
            Chart("calls_by_feature", "Calls by feature", "bars", labels(features), values(features, "calls")),
        ],
    )


def cost(work: UnitOfWork, scope: Scope) -> Report:
    """What was charged, from the ledger: per day, per feature and, for administrators, per person."""
    [total] = work.run(f"SELECT {CHARGE_MEASURES} {CHARGES}", **scope.binds)
    features = work.run(
        f"SELECT coalesce(h.purpose, 'other') AS name, {CHARGE_MEASURES} {CHARGES} GROUP BY 1 ORDER BY 2 DESC, 1",
        **scope.binds,
    )
    people = work.run(
        f"""SELECT coalesce(u.email, '(gone)') AS name, {CHARGE_MEASURES} {CHARGES}
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most""",
        **scope.binds,
        most=MOST_PEOPLE,
    )
    days = _every_day(
        scope,
        work.run(
            f"""SELECT CAST(e.created_at AT TIME ZONE o.time_zone AS date) AS day, {CHARGE_MEASURES}
            {CHARGES} GROUP BY 1""",
            **scope.binds,
        ),
    )
    columns: dict[str, Unit] = {"Cost": "dollars", "Requests": ""}

    def line(row: Row) -> tuple[float, int]:
        return dollars(row.get("cost", 0)), row.get("requests", 0)

    tables = [
        table_of("By feature", "Feature", columns, features, line),
        table_of("By day", "Day", columns, days, line, "day"),
    ]
    if scope.whole_organization:
        tables.insert(0, table_of("By person, the dearest first", "Person", columns, people, line))
    count = (scope.end - scope.start).days + 1
    return Report(
        "cost",
        "Cost of models",
        scope,
        [
            Total("Cost", dollars(total["cost"]), "dollars"),
            Total("Requests charged", total["requests"]),
            Total("Cost per day", dollars(total["cost"]) / count, "dollars"),
        ],
        tables,
        [
            Chart("cost_by_day", "Cost per day", "line", labels(days, "day"), [line(row)[0] for row in days],
                  "dollars"),
            Chart("cost_by_feature", "Cost by feature", "bars", labels(features), [line(row)[0] for row in features],
                  "dollars"),
        ],
    )  # fmt: skip


def tasks(work: UnitOfWork, scope: Scope) -> Report:
    """Background tasks by type and by day: how many, how they ended, how long they took."""
    [total] = work.run(f"SELECT {TASK_MEASURES} {TASKS}", **scope.binds)
    types = work.run(
        f"SELECT t.task_type AS name, {TASK_MEASURES} {TASKS} GROUP BY 1 ORDER BY 2 DESC, 1", **scope.binds
    )
    days = _every_day(
        scope,
        work.run(
            f"""SELECT CAST(t.created_at AT TIME ZONE o.time_zone AS date) AS day, {TASK_MEASURES}
            {TASKS} GROUP BY 1""",
            **scope.binds,
        ),
    )
    ended = total["completed"] + total["failed"]
    columns: dict[str, Unit] = {
        "Submitted": "", "Completed": "", "Failed": "", "Cancelled": "", "Cost": "dollars", "Median": "seconds",
        "95 % within": "seconds",
    }  # fmt: skip

    def line(row: Row) -> tuple[int | float | None, ...]:
        counts = (row.get(name, 0) for name in ("submitted", "completed", "failed", "cancelled"))
        return (*counts, dollars(row.get("cost", 0)), row.get("median"), row.get("slow"))

    return Report(
        "tasks",
        "Background tasks",
        scope,
        [
            Total("Submitted", total["submitted"]),
            Total("Completed", total["completed"]),
            Total("Failed", total["failed"]),
            Total("Cancelled", total["cancelled"]),
            Total("Completed of those that ended by themselves", 100 * total["completed"] / ended if ended else None,
                  "percent"),
            Total("Median duration", total["median"], "seconds"),
        ],
        [
            table_of("By type", "Type", columns, types, line),
            table_of("By day", "Day", columns, days, line, "day"),
        ],
        [
            Chart("tasks_by_day", "Tasks submitted per day", "line", labels(days, "day"), values(days, "submitted")),
            Chart("tasks_by_type", "Tasks by type", "bars", labels(types), values(types, "submitted")),
        ],
        ["Counts the tasks that are still kept: a clean-up removes old ones."],
    )  # fmt: skip


def _every_day(scope: Scope, rows: list[Row]) -> list[Row]:
    """The rows by day, and a row for each day without any."""
    found = {row["day"].isoformat(): row for row in rows}
    count = (scope.end - scope.start).days + 1
    days = [(scope.start + timedelta(days=n)).isoformat() for n in range(count)]
    return [{**found.get(day, {}), "day": day} for day in days]

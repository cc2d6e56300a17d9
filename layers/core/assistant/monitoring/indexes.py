"""Finds indexes that are missing, from the plans of the statements that took the most time and from foreign keys."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.monitoring.database import NOT_COUNTED
from assistant.platform import queues
from assistant.platform.db import Row, StatementFailed, UnitOfWork

LARGE = 10_000  # rows; below, a sequential scan is as good as an index
SELECTIVE = 0.1  # of a table's rows: an index that finds more of them is not used
STATEMENTS = 50
MOST_AT_ONCE = 3  # indexes asked for by one call
QUEUE = "DATABASE_MAINTENANCE_QUEUE_URL"
EQUAL = re.compile(r"\(?\b(\w+)\)?(?:::[\w ]+)? = (?:ANY )?\(*(?:\$\d|'|\d|\w+\()")
RANGE = re.compile(r"\(?\b(\w+)\)?(?:::[\w ]+)? (?:>=|<=|>|<) \(*(?:\$\d|'|\d|now\()")


@dataclass(frozen=True, slots=True)
class Missing:
    """An index that would help. `evidence`: the numbers that say so."""

    table: str
    columns: tuple[str, ...]
    reason: str
    evidence: dict[str, float]

    @property
    def name(self) -> str:
        """At most 63 bytes, as PostgreSQL has it; the same index has the same name."""
        return f"found_{self.table}_{'_'.join(self.columns)}"[:63]


def missing(work: UnitOfWork) -> list[Missing]:
    """The candidates that no existing index covers, those of statements first."""
    large = {row["table"]: row for row in _large_tables(work)}
    covered = _covered(work)
    found: dict[tuple[str, tuple[str, ...]], Missing] = {}
    for candidate in [*_from_statements(work, large), *_from_foreign_keys(work, large)]:
        prefixes = [columns[: len(candidate.columns)] for columns in covered.get(candidate.table, [])]
        if set(candidate.columns) not in [set(prefix) for prefix in prefixes]:
            found.setdefault((candidate.table, candidate.columns), candidate)
    return list(found.values())


def ask_for(work: UnitOfWork, candidates: Sequence[Missing]) -> list[str]:
    """Have the first few made by the owner's function once this transaction commits; their names.

    Only what was found here can be asked for, and that function checks each name against the catalogue again.
    """
    names = []
    for candidate in candidates[:MOST_AT_ONCE]:
        work.run(
            """INSERT INTO index_requests AS r (index_name, table_name, column_names, reason)
               VALUES (:name, :table, CAST(:columns AS text[]), :reason)
               ON CONFLICT (index_name) DO UPDATE SET state = 'requested', error = NULL, requested_at = now()""",
            name=candidate.name,
            table=candidate.table,
            columns=list(candidate.columns),
            reason=candidate.reason,
        )
        names.append(candidate.name)

    def send() -> None:
        for name in names:
            queues.send(QUEUE, {"index_name": name})

    work.after_commit(send)
    return names


def analyze(work: UnitOfWork) -> list[str]:
    """Refresh the statistics of the tables of which a tenth has changed since; their names."""
    stale = work.run(
        """SELECT relname AS name FROM pg_stat_user_tables
           WHERE n_mod_since_analyze > 50 + n_live_tup * 0.1 ORDER BY n_mod_since_analyze DESC LIMIT 10"""
    )
    names = [row["name"] for row in stale]
    done = work.run("SELECT name FROM analyze_tables(CAST(:names AS text[])) AS name", names=names) if names else []
    return sorted(row["name"] for row in done)


def _large_tables(work: UnitOfWork) -> list[Row]:
    """Ours that an index can be added to by itself: a partitioned table's indexes are a migration's business."""
    return work.run(
        """SELECT c.relname AS "table", s.n_live_tup AS rows, s.seq_scan AS scans,
                  (SELECT jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
           FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
           WHERE s.schemaname = 'public' AND c.relkind = 'r' AND NOT c.relispartition AND s.n_live_tup >= :rows""",
        rows=LARGE,
    )


def _covered(work: UnitOfWork) -> dict[str, list[tuple[str, ...]]]:
    """The columns of each whole index, in their order, by table."""
    rows = work.run(
        """SELECT t.relname AS "table",
                  (SELECT jsonb_agg(a.attname ORDER BY k.n)
                   FROM unnest(string_to_array(CAST(i.indkey AS text), ' ')) WITH ORDINALITY AS k (attnum, n)
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = CAST(k.attnum AS int)) AS columns
           FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
           WHERE i.indisvalid AND i.indpred IS NULL AND t.relnamespace = CAST('public' AS regnamespace)"""
    )
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in rows:
        found.setdefault(row["table"], []).append(tuple(row["columns"] or ()))
    return found


def _from_statements(work: UnitOfWork, large: dict[str, Row]) -> Iterator[Missing]:
    try:
        rows = work.run(
            "SELECT statement, calls, mean_ms, plan FROM plans_of_statements(CAST(:most AS int))", most=STATEMENTS
        )
    except StatementFailed as error:
        if error.sqlstate not in NOT_COUNTED:
            raise
        return
    for row in rows:
        for node in _nodes(row["plan"][0]["Plan"]):
            table = large.get(node.get("Relation Name", ""))
            if node["Node Type"] != "Seq Scan" or table is None:
                continue
            columns = _columns(node.get("Filter", ""), table["columns"])
            if columns and node["Plan Rows"] < SELECTIVE * table["rows"]:
                yield Missing(
                    table["table"],
                    columns,
                    "A statement reads the whole table for a few of its rows.",
                    {
                        "rows": table["rows"],
                        "rows_wanted": node["Plan Rows"],
                        "calls": row["calls"],
                        "mean_ms": round(row["mean_ms"], 3),
                    },
                )


def _from_foreign_keys(work: UnitOfWork, large: dict[str, Row]) -> Iterator[Missing]:
    """A deletion reads the whole of each table that refers to it, if the key there has no index."""
    rows = work.run(
        """SELECT t.relname AS "table", p.n_tup_del AS deletions,
                  (SELECT jsonb_agg(a.attname ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns
           FROM pg_constraint c
           JOIN pg_class t ON t.oid = c.conrelid
           JOIN pg_stat_user_tables p ON p.relid = c.confrelid
           WHERE c.contype = 'f' AND p.n_tup_del > 0
           ORDER BY t.relname, c.conname"""
    )
    for row in rows:
        if table := large.get(row["table"]):
            yield Missing(
                row["table"],
                tuple(row["columns"]),
                "Rows that this table refers to are deleted, and each deletion reads the whole of it.",
                {"rows": table["rows"], "deletions": row["deletions"]},
            )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _columns(condition: str, known: Sequence[str]) -> tuple[str, ...]:
    """What a filter compares with values: equal ones, the organisation first, then one range; nothing under OR."""
    if " OR " in condition:
        return ()
    equal = sorted({name for name in EQUAL.findall(condition) if name in known})
    equal.sort(key=lambda name: name != "organization_id")
    ranges = [name for name in RANGE.findall(condition) if name in known and name not in equal]
    return (*equal, *ranges[:1])

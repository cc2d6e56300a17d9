"""What PostgreSQL says of itself: connections, sizes, scans, and the time of each statement where it is counted."""

from dataclasses import dataclass
from typing import Any

from assistant.platform.db import Row, StatementFailed, UnitOfWork

NOT_COUNTED = {"42P01", "55000"}  # the extension is not installed, or the server did not load it at its start


@dataclass(frozen=True, slots=True)
class Connections:
    """Of the whole server. `mine`: those of this function's role, which the proxy shares out."""

    open: int
    most: int
    mine: int
    active: int
    idle: int
    idle_in_transaction: int

    @property
    def percent(self) -> float:
        return round(100 * self.open / self.most, 1)


def connections(work: UnitOfWork) -> Connections:
    [row] = work.run(
        """SELECT (SELECT CAST(sum(numbackends) AS int) FROM pg_stat_database) AS open,
                  (SELECT CAST(setting AS int) FROM pg_settings WHERE name = 'max_connections') AS most,
                  count(*) AS mine,
                  count(*) FILTER (WHERE state = 'active') AS active,
                  count(*) FILTER (WHERE state = 'idle') AS idle,
                  count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction
           FROM pg_stat_activity WHERE usename = current_user"""
    )
    return Connections(**row)


def totals(work: UnitOfWork) -> Row:
    """Of this database since its statistics began: size in bytes, commits, rollbacks, deadlocks, temporary files, and
    the share of pages that were in memory (%)."""
    [row] = work.run(
        """SELECT pg_database_size(current_database()) AS size_bytes, xact_commit AS commits,
                  xact_rollback AS rollbacks, deadlocks, temp_files,
                  CAST(round(100.0 * blks_hit / nullif(blks_hit + blks_read, 0), 2) AS double precision)
                      AS pages_in_memory_percent,
                  current_setting('server_version') AS version
           FROM pg_stat_database WHERE datname = current_database()"""
    )
    return row


def tables(work: UnitOfWork) -> list[Row]:
    """The largest tables: rows, sizes, and how they were read."""
    return work.run(
        """SELECT relname AS "table", n_live_tup AS rows, n_dead_tup AS dead_rows,
                  pg_total_relation_size(relid) AS size_bytes, seq_scan AS sequential_scans,
                  seq_tup_read AS rows_read_sequentially, coalesce(idx_scan, 0) AS index_scans,
                  greatest(last_analyze, last_autoanalyze) AS last_analyzed
           FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC, relname LIMIT 20"""
    )


def statements(work: UnitOfWork) -> list[Row] | None:
    """Those of our role that took the most time in all; None where the server does not count them.

    Their texts have placeholders and no values.
    """
    try:
        return work.run(
            """SELECT left(query, 400) AS statement, calls, rows,
                      CAST(round(CAST(total_exec_time AS numeric), 1) AS double precision) AS total_ms,
                      CAST(round(CAST(mean_exec_time AS numeric), 3) AS double precision) AS mean_ms,
                      CAST(round(CAST(max_exec_time AS numeric), 1) AS double precision) AS max_ms
               FROM pg_stat_statements
               WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND userid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
               ORDER BY total_exec_time DESC LIMIT 20"""
        )
    except StatementFailed as error:
        if error.sqlstate not in NOT_COUNTED:
            raise
        return None


def mean_statement_ms(found: list[Row] | None) -> float | None:
    """Over the statements that took the most time, weighted by their calls; None where nothing counts them."""
    calls = sum(row["calls"] for row in found or ())
    return round(sum(row["total_ms"] for row in found or ()) / calls, 3) if calls else None


def requested_indexes(work: UnitOfWork) -> list[dict[str, Any]]:
    """What the finder asked for, newest first."""
    return work.run(
        """SELECT index_name, table_name, column_names, reason, state, error, requested_at, finished_at
           FROM index_requests ORDER BY requested_at DESC, index_name LIMIT 50"""
    )

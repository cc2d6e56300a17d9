"""No statement of every day reads a large table from end to end, itself or in a function of the database.

`make soak-database` runs this on ten million rows (PLAN_ROWS).
"""

import os
import uuid

import pytest

from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.migrate import migrate
from tests.layers.platform.hot_paths import LARGE, Sent, fill, run_everything

ROWS = int(os.environ.get("PLAN_ROWS", "300000"))
SCANS = """SELECT relname AS name, seq_scan AS scans, n_live_tup AS rows FROM pg_stat_user_tables
           WHERE n_live_tup > :large"""
# What reads everything on purpose, and says so. Nothing that a request waits for.
ON_PURPOSE = {"DELETE FROM notifications WHERE created_at": "what is older than a day goes, at most a day's share"}


@pytest.fixture(scope="module")
def large(postgres):
    """(owner's connection, opener of the functions' connections) of a database with many rows."""
    name = f"large_{uuid.uuid4().hex[:8]}"
    administrator = postgres.connect("postgres")
    administrator.execute_simple("SELECT pg_advisory_lock(1)")
    administrator.execute_simple(f"CREATE DATABASE {name}")
    owner = PooledConnection("app", host=postgres.host, port=postgres.port, database=name)
    migrate(owner)
    administrator.execute_simple("SELECT pg_advisory_unlock(1)")
    fill(owner, ROWS)
    yield owner, lambda: postgres.connect(name, "assistant")
    owner.close()
    administrator.execute_simple(f"DROP DATABASE {name} WITH (FORCE)")
    administrator.close()


@pytest.fixture(scope="module")
def seen(large):
    """(the statements, sequential scans of large tables while they ran)."""
    owner, open_connection = large
    patch = pytest.MonkeyPatch()
    sent: list[Sent] = []
    real = PooledConnection.execute

    def recording(self, sql, params, **how):
        sent.append(Sent(sql, dict(params)))
        return real(self, sql, params, **how)

    before = {row["name"]: row["scans"] for row in owner.execute(SCANS, {"large": LARGE})}
    patch.setattr(PooledConnection, "execute", recording)
    database = Database(open_connection)
    try:
        run_everything(database, patch)
        database.connection().execute("SELECT pg_stat_force_next_flush()", {})
        database.connection().execute("SELECT 1 AS one", {})
    finally:
        patch.undo()
        database.discard()
    after = {row["name"]: row["scans"] for row in owner.execute(SCANS, {"large": LARGE})}
    scanned = {name: after[name] - before.get(name, 0) for name in after if after[name] > before.get(name, 0)}
    return [one for one in sent if not one.sql.startswith("SELECT pg_stat") and one.sql != "SELECT 1 AS one"], scanned


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def sequential(owner, sent, large_tables):
    """The large tables that a statement reads from end to end."""
    return sorted(
        node["Relation Name"]
        for node in nodes(sent.plan(owner))
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large_tables
    )


def test_no_hot_statement_reads_a_large_table_from_end_to_end(large, seen):
    owner, _ = large
    statements, _ = seen
    tables = {row["name"] for row in owner.execute(SCANS, {"large": LARGE})}
    assert {"holds", "llm_calls", "tasks", "notifications", "sessions"} <= tables
    distinct = {one.sql: one for one in statements}
    assert len(distinct) > 40
    found = {sql.strip()[:200]: scans for sql, one in distinct.items() if (scans := sequential(owner, one, tables))}
    assert {sql: scans for sql, scans in found.items() if not any(known in sql for known in ON_PURPOSE)} == {}


def test_nor_does_a_function_of_the_database_that_they_call(seen):
    _, scanned = seen
    assert scanned == {}


def test_a_missing_index_is_seen(large, seen):
    owner, _ = large
    statements, _ = seen
    [slow] = {
        one.sql: one for one in statements if "FROM holds h" in one.sql and "max(h.created_at)" in one.sql
    }.values()
    owner.execute_simple("BEGIN; DROP INDEX holds_user")
    try:
        assert sequential(owner, slow, {"holds"}) == ["holds"]
    finally:
        owner.execute_simple("ROLLBACK")

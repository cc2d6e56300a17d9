"""Units of work: together or not at all, in as few packets as can be, and never a silent loss."""

import pytest

from assistant.platform.db import StatementFailed
from assistant.platform.errors import Unavailable


@pytest.fixture
def table(postgres, database_name):
    owner = postgres.connect(database_name)
    owner.execute_simple("CREATE TABLE IF NOT EXISTS things (name text UNIQUE)")
    owner.execute_simple("TRUNCATE things")
    yield
    owner.close()


def names(db):
    with db.reading() as work:
        return [row["name"] for row in work.run("SELECT name FROM things ORDER BY name")]


def insert(work, name, **how):
    return work.run("INSERT INTO things VALUES (:name)", name=name)


def test_a_block_that_raises_leaves_nothing(db, table):
    with pytest.raises(RuntimeError), db.transaction() as work:
        insert(work, "a")
        raise RuntimeError
    assert names(db) == []


def test_a_block_that_ends_commits_and_then_runs_what_was_queued(db, table):
    seen = []
    with db.transaction() as work:
        insert(work, "a")
        work.after_commit(lambda: seen.append(names(db)))
        assert seen == []
    assert seen == [["a"]]


def test_nothing_queued_runs_when_the_transaction_rolled_back(db, table):
    seen = []
    with pytest.raises(RuntimeError), db.transaction() as work:
        insert(work, "a")
        work.after_commit(lambda: seen.append("ran"))
        raise RuntimeError
    assert seen == []


def test_a_failed_statement_cannot_be_committed_by_mistake(db, table):
    with pytest.raises(RuntimeError, match="cannot commit"), db.transaction() as work:
        insert(work, "a")
        with pytest.raises(StatementFailed):
            insert(work, "a")
    assert names(db) == []


def test_the_last_statement_carries_the_commit(db, table):
    with db.transaction() as work:
        insert(work, "a")
        work.run_and_commit("INSERT INTO things VALUES (:name)", name="b")
        assert not db.connection().in_transaction
    assert names(db) == ["a", "b"]


def test_a_refused_last_statement_commits_nothing(db, table):
    with pytest.raises(StatementFailed) as refused, db.transaction() as work:
        insert(work, "a")
        work.run_and_commit("INSERT INTO things VALUES (:name)", name="a")
    assert refused.value.sqlstate == "23505"
    assert names(db) == []


def test_a_connection_that_died_between_requests_is_replaced(db, table, postgres, database_name):
    assert names(db) == []
    terminate_others(postgres, database_name)
    with db.transaction() as work:
        insert(work, "a")
    assert names(db) == ["a"]


def test_a_connection_that_dies_inside_a_transaction_is_an_error_not_half_a_commit(db, table, postgres, database_name):
    with pytest.raises(Unavailable), db.transaction() as work:
        insert(work, "a")
        terminate_others(postgres, database_name)
        insert(work, "b")
    assert names(db) == []


def test_values_are_bound_and_never_read_as_sql(db, table):
    odd = "'; DROP TABLE things; -- Привет :name 😀"
    with db.transaction() as work:
        insert(work, odd)
    assert names(db) == [odd]


def terminate_others(postgres, database_name):
    owner = postgres.connect(database_name)
    owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()",
        {"name": database_name},
    )
    owner.close()

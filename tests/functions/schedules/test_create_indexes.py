"""Making an index as the owner: beside the writers, once, and only of what the catalogue knows."""

import json

import pytest

from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.index_build import NotAnIndexOfOurs, build_index
from functions.schedules.create_indexes import handler


def message(name):
    return {
        "Records": [
            {"messageId": "m1", "receiptHandle": "r", "body": json.dumps({"index_name": name}),
             "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}, "eventSource": "aws:sqs",
             "eventSourceARN": "arn:aws:sqs:r:1:q", "awsRegion": "r"}
        ]
    }  # fmt: skip


@pytest.fixture(autouse=True)
def owner_environment(postgres, database_name, monkeypatch):
    for variable, value in (
        ("DATABASE_DIRECT_HOST", postgres.host), ("DATABASE_PORT", str(postgres.port)),
        ("DATABASE_NAME", database_name), ("DATABASE_USER", "app"), ("DATABASE_AUTHENTICATION", "trust"),
        ("DATABASE_TLS", "off"),
    ):  # fmt: skip
        monkeypatch.setenv(variable, value)


@pytest.fixture
def owner(postgres, database_name):
    connection = postgres.connect(database_name)
    connection.execute_simple(
        "DROP TABLE IF EXISTS indexed_things; CREATE TABLE indexed_things (a int, b text); TRUNCATE index_requests"
    )
    yield connection
    connection.execute_simple("DROP TABLE indexed_things")
    connection.close()


def ask(db, name, table, columns):
    with db.transaction() as work:
        work.run(
            """INSERT INTO index_requests (index_name, table_name, column_names, reason)
               VALUES (:name, :table, CAST(:columns AS text[]), 'a test')""",
            name=name,
            table=table,
            columns=columns,
        )


def state(db, name):
    with db.reading() as work:
        return work.one("SELECT state, error FROM index_requests WHERE index_name = :name", name=name)


def made(owner, name):
    rows = owner.execute("SELECT indexdef FROM pg_indexes WHERE indexname = :name", {"name": name})
    return rows[0]["indexdef"] if rows else None


def test_makes_what_was_asked_for_once(owner, db, context):
    ask(db, "found_indexed_things_a_b", "indexed_things", ["a", "b"])
    for _ in range(2):  # SQS may deliver twice
        assert handler(message("found_indexed_things_a_b"), context) == {"batchItemFailures": []}
    assert made(owner, "found_indexed_things_a_b").endswith("USING btree (a, b)")
    assert state(db, "found_indexed_things_a_b") == {"state": "created", "error": None}


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("no_such_table", ["a"]),
        ("indexed_things", ["no_such_column"]),
        ("indexed_things", ["a); DROP TABLE users; --"]),
        ('indexed_things" (a); DROP TABLE users; --', ["a"]),
        ("pg_authid", ["rolname"]),
        ("indexed_things", []),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused(owner, db, context, table, columns):
    ask(db, "found_x", table, columns)
    assert handler(message("found_x"), context) == {"batchItemFailures": []}
    assert state(db, "found_x")["state"] == "failed"
    assert made(owner, "found_x") is None
    assert owner.execute("SELECT count(*) AS n FROM users", {})[0]["n"] >= 0


def test_an_index_that_was_left_half_built_is_built_anew(owner):
    owner.execute_simple("INSERT INTO indexed_things VALUES (1, 'x'), (1, 'x')")
    with pytest.raises(Exception, match="could not create unique index"):
        owner.execute_simple("CREATE UNIQUE INDEX CONCURRENTLY found_half ON indexed_things (a)")
    assert made(owner, "found_half")
    build_index(owner, "found_half", "indexed_things", ["a"])
    rows = owner.execute(
        "SELECT i.indisvalid AS whole FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = :name",
        {"name": "found_half"},
    )
    assert rows == [{"whole": True}]


def test_the_functions_own_role_may_not(owner, connect):
    application: PooledConnection = connect()
    with pytest.raises(NotAnIndexOfOurs):
        build_index(application, "found_y", "indexed_things", ["a"])
    application.close()


def test_an_unknown_request_is_no_error(db, context):
    assert handler(message("found_never_asked"), context) == {"batchItemFailures": []}

"""Missing indexes: found by what statements really do, asked for, made by the owner's function, and used."""

import pytest

from assistant.monitoring import indexes
from functions.schedules.create_indexes import handler as create_indexes
from tests.functions.schedules.test_create_indexes import message

SLOW = "SELECT thing_id FROM found_things WHERE organization_id = CAST(:organization AS uuid) AND colour = :colour"

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def table(postgres, database_name, db):
    """A large table without the index that its statement needs, and that statement run."""
    owner = postgres.connect(database_name)
    owner.execute_simple("DROP TABLE IF EXISTS found_things; TRUNCATE index_requests")
    owner.execute_simple(
        """CREATE TABLE found_things (thing_id int, organization_id uuid, colour text, note text);
           INSERT INTO found_things SELECT n, gen_random_uuid(), 'colour ' || n % 5000, 'x'
           FROM generate_series(1, 20000) AS n"""
    )
    owner.execute_simple("ANALYZE found_things")
    owner.execute_simple("SELECT pg_stat_statements_reset()")
    with db.reading() as work:
        for _ in range(3):
            work.run(SLOW, organization=NOBODY, colour="colour 7")
    yield owner
    owner.execute_simple("DROP TABLE found_things")
    owner.close()


def test_an_anonymous_caller_is_refused(call):
    assert call("performance.optimize_database").status == 401


def test_a_user_is_refused(call, person):
    assert call("performance.optimize_database", person()).status == 403


def test_what_is_missing_is_found_made_and_then_used(call, person, table, sent, db, context, owner_environment):
    admin = person(role="admin")
    dry = call("performance.optimize_database", admin, query="dry_run=true").body
    [found] = [one for one in dry["indexes"] if one["table"] == "found_things"]
    assert (found["columns"], found["state"]) == (["organization_id", "colour"], "found")
    assert found["evidence"]["rows"] == 20000
    assert found["evidence"]["calls"] == 3
    assert sent == []
    answer = call("performance.optimize_database", admin).body
    assert ("DATABASE_MAINTENANCE_QUEUE_URL", {"index_name": found["index"]}) in sent
    assert {one["index"]: one["state"] for one in answer["indexes"]}[found["index"]] == "requested"
    assert create_indexes(message(found["index"]), context) == {"batchItemFailures": []}
    stats = call("performance.get_database_stats", admin).body
    [made] = [one for one in stats["index_requests"] if one["index_name"] == found["index"]]
    assert (made["state"], made["error"]) == ("created", None)
    plan = table.execute(f"EXPLAIN {SLOW}", {"organization": NOBODY, "colour": "colour 7"})
    assert any(found["index"] in str(row) for row in plan)
    with db.reading() as work:
        assert not [one for one in indexes.missing(work) if one.table == "found_things"]


def test_statistics_that_are_out_of_date_are_refreshed(call, person, table):
    table.execute_simple("UPDATE found_things SET note = 'y' WHERE thing_id <= 9000")
    table.execute_simple("SELECT pg_stat_force_next_flush()")
    table.execute_simple("SELECT 1")
    assert "found_things" in call("performance.optimize_database", person(role="admin")).body["analyzed"]


def test_nothing_is_found_where_an_index_would_not_help(call, person, table, db):
    """A condition that most rows fulfil, and a small table: a sequential scan is right."""
    table.execute_simple(f"UPDATE found_things SET colour = 'same', organization_id = '{NOBODY}'; ANALYZE found_things")
    found = call("performance.optimize_database", person(role="admin"), query="dry_run=true").body["indexes"]
    assert [one["columns"] for one in found if one["table"] == "found_things"] == []


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("((organization_id = ($1)::uuid) AND (status = 'queued'::text))", ("organization_id", "status")),
        ("((created_at > $1) AND (user_id = $2) AND (organization_id = $3))",
         ("organization_id", "user_id", "created_at")),
        ("((status = $1) OR (user_id = $2))", ()),
        ("(lower(email) = $1)", ()),
        ("((user_id)::text = $1)", ("user_id",)),
        ("(user_id = ANY ($1))", ("user_id",)),
        ("(status = other_column)", ()),
    ],
)  # fmt: skip
def test_what_a_filter_compares_becomes_the_columns(condition, columns):
    known = ["created_at", "organization_id", "status", "user_id"]
    assert indexes._columns(condition, known) == columns

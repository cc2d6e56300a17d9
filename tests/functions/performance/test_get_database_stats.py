"""The database's own numbers, with the statements where the server counts them."""

import pytest


@pytest.fixture
def counted_from_here(postgres, database_name):
    """Only the statements that took the most time are shown: those of the tests before must not push ours out."""
    owner = postgres.connect(database_name)
    owner.execute_simple("SELECT pg_stat_statements_reset(0, oid) FROM pg_database WHERE datname = current_database()")
    owner.close()


@pytest.fixture
def without_counting(postgres, database_name):
    owner = postgres.connect(database_name)
    owner.execute_simple("DROP EXTENSION IF EXISTS pg_stat_statements")
    yield
    owner.execute_simple("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    owner.close()


def test_an_anonymous_caller_is_refused(call):
    assert call("performance.get_database_stats").status == 401


def test_connections_sizes_and_tables_are_the_real_ones(call, person):
    answer = call("performance.get_database_stats", person())
    assert answer.status == 200, answer.body
    body = answer.body
    assert 0 < body["pool"]["active"] <= body["pool"]["open"] <= body["pool"]["most"] == 120
    assert body["size_bytes"] > 5_000_000
    assert body["commits"] > 0
    assert {"users", "holds"} <= {table["table"] for table in body["tables"]} or len(body["tables"]) == 20
    assert body["recommendations"] is None
    assert body["statements"] is None


def test_an_administrator_sees_statements_without_values(call, person, counted_from_here):
    admin = person(role="admin")
    call("budget.get_budget_status", admin)
    body = call("performance.get_database_stats", admin).body
    assert body["statements_from"] == "pg_stat_statements"
    assert body["mean_statement_ms"] > 0
    assert any("current_periods" in one["statement"] for one in body["statements"])
    assert not any(admin.user_id in one["statement"] for one in body["statements"])
    assert isinstance(body["recommendations"], list)


def test_where_the_server_does_not_count_the_functions_do(call, person, without_counting):
    admin = person(role="admin")
    call("budget.get_budget_status", admin)
    body = call("performance.get_database_stats", admin).body
    assert (body["statements_from"], body["statements"], body["mean_statement_ms"]) == ("functions", [], None)
    assert all(route["requests"] > 0 for route in body["by_route"])


def test_is_kept_for_two_minutes_apart_for_users_and_administrators(call, person):
    admin = person(role="admin")
    call("performance.get_database_stats", admin)
    again = call("performance.get_database_stats", admin)
    assert again.headers["cache-status"] == "assistant; hit"
    colleague = person(admin.organization_id)
    assert call("performance.get_database_stats", colleague).body["statements"] is None

"""GET /health."""

import socket

from assistant.platform.db import Database, unit_of_work
from assistant.platform.db.connection import PooledConnection


def test_anyone_may_ask(call):
    answer = call("system.get_health")
    assert (answer.status, answer.body["status"]) == (200, "healthy")
    assert 0 < answer.body["database_ms"] < 5000


def test_a_database_that_does_not_answer_is_critical(call, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        port = nobody.getsockname()[1]
        database = Database(lambda: PooledConnection("assistant", host="127.0.0.1", port=port, database="x", timeout=2))
        monkeypatch.setattr(unit_of_work, "_database", database)
        answer = call("system.get_health")
    assert (answer.status, answer.body["status"]) == (503, "critical")


def test_a_lost_connection_is_opened_again(call, db, postgres, database_name):
    assert call("system.get_health").status == 200
    administrator = postgres.connect("postgres")
    administrator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name", {"name": database_name}
    )
    administrator.close()
    assert call("system.get_health").body["status"] == "healthy"

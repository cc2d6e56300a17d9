"""Health by probes of the real parts, none of which can hold the answer up."""

import threading

import pytest

from assistant.monitoring import health
from assistant.platform import queues
from assistant.platform.db import Database, unit_of_work
from assistant.platform.db.connection import PooledConnection
from assistant.platform.valkey import Valkey


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """SQS answers; the real one is asked in tests/e2e."""
    monkeypatch.setattr(queues, "depth", lambda name: 3)


def test_an_anonymous_caller_is_refused(call):
    assert call("performance.get_system_health").status == 401


def test_every_part_is_probed(call, person):
    answer = call("performance.get_system_health", person())
    parts = answer.body["components"]
    assert set(parts) == {"database", "cache", "queues", "notifications", "provider"}
    assert {name: parts[name]["status"] for name in ("database", "cache", "queues")} == {
        "database": "healthy", "cache": "healthy", "queues": "healthy",
    }  # fmt: skip
    assert all(0 <= part["latency_ms"] < 5000 for part in parts.values())
    # The test's provider is an address where nobody listens.
    assert (answer.status, answer.body["status"], parts["provider"]["status"]) == (200, "degraded", "critical")


def test_without_the_cache_it_is_degraded(call, person, monkeypatch):
    without = Valkey()
    monkeypatch.setattr(health, "valkey", lambda: without)
    monkeypatch.setenv("CACHE_PORT", "1")
    body = call("performance.get_system_health", person()).body
    assert (body["status"], body["components"]["cache"]["status"]) == ("degraded", "critical")


def test_without_the_database_it_is_critical(call, person, monkeypatch):
    nowhere = Database(lambda: PooledConnection("assistant", host="127.0.0.1", port=1, database="x", timeout=1))
    monkeypatch.setattr(unit_of_work, "_database", nowhere)
    answer = call("performance.get_system_health", person())
    assert (answer.status, answer.body["components"]["database"]["status"]) == (503, "critical")


def test_without_the_queues_it_is_critical(call, person, monkeypatch):
    def down(name):
        raise ConnectionError("SQS")

    monkeypatch.setattr(queues, "depth", down)
    answer = call("performance.get_system_health", person())
    assert (answer.status, answer.body["status"]) == (503, "critical")


def test_a_part_that_hangs_does_not_hold_the_answer_up(call, person, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(queues, "depth", lambda name: over.wait(60))
    monkeypatch.setattr(health, "SECONDS", 0.2)
    monkeypatch.setattr("functions.performance.get_system_health.check",
                        lambda db, organization: health.check(db, organization, seconds=0.2))  # fmt: skip
    try:
        body = call("performance.get_system_health", person()).body
    finally:
        over.set()
    assert body["components"]["queues"]["detail"] == "It did not answer in time."

"""GET /api/v1/health: for anyone, without details, and the parts are asked only so often."""

import pytest

from assistant.platform import queues
from functions.system import get_component_health


@pytest.fixture
def asked(monkeypatch):
    asked = []
    monkeypatch.setattr(queues, "depth", lambda name: asked.append(name) or 0)
    monkeypatch.setattr(get_component_health, "_last", [])
    return asked


def test_anyone_may_ask_and_sees_no_details(call, asked):
    answer = call("system.get_component_health")
    assert answer.status == 200
    assert set(answer.body["components"]) == {"database", "cache", "queues", "notifications"}
    assert all(part["detail"] is None for part in answer.body["components"].values())


def test_many_questions_make_few_probes(call, asked, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(get_component_health, "monotonic", lambda: now[0])
    for _ in range(5):
        call("system.get_component_health")
    assert len(asked) == 1
    now[0] += get_component_health.KEPT_SECONDS + 1
    call("system.get_component_health")
    assert len(asked) == 2


def test_without_the_queues_it_is_critical(call, asked, monkeypatch):
    def down(name):
        raise ConnectionError("SQS")

    monkeypatch.setattr(queues, "depth", down)
    assert call("system.get_component_health").status == 503

"""GET /api/v1/ai-enhancement/status."""

import time

import pytest

from assistant.generation import components
from assistant.platform import cache, valkey
from tests.functions.generation.conftest import BUDGETS
from tests.layers.llm.provider_server import status

STATUS = "generation.get_enhancement_status"


@pytest.fixture(autouse=True)
def forgotten():
    """No other test's Valkey, and nothing that it knows of a provider."""
    for one in (cache.cache, valkey.valkey):
        one.cache_clear()
    yield
    for one in (cache.cache, valkey.valkey):
        one.cache_clear()


def states(answer):
    return {one["component"]: one["status"] for one in answer.body["components"]}


def test_anonymous(call):
    assert call(STATUS).status == 401


def test_everything_answers(call, person, upload):
    me = person()
    upload(me, BUDGETS)
    upload(person(), BUDGETS)
    answer = call(STATUS, me)
    assert states(answer) == {"database": "healthy", "search": "healthy", "cache": "healthy", "embeddings": "off",
                              "models": "healthy"}  # fmt: skip
    assert answer.body["status"] == "healthy"
    details = {one["component"]: one["detail"] for one in answer.body["components"]}
    assert details["search"] == "1 documents can be found"


def test_a_model_that_is_away_is_critical(call, person, server):
    server.default = status(500)
    answer = call(STATUS, person())
    assert (states(answer)["models"], answer.body["status"]) == ("down", "critical")


def test_a_cache_that_is_away_only_degrades(call, person, monkeypatch):
    monkeypatch.setenv("CACHE_PORT", "1")
    answer = call(STATUS, person())
    assert (states(answer)["cache"], answer.body["status"]) == ("down", "degraded")


def test_embeddings_are_asked_at_their_endpoint(call, person, server, monkeypatch):
    monkeypatch.setenv("EMBEDDING_PROVIDER", "openai")
    monkeypatch.setenv("EMBEDDING_MODEL", "multilingual-e5-small")
    monkeypatch.setenv("EMBEDDING_BASE_URL", server.base_url)
    answer = call(STATUS, person())
    assert states(answer)["embeddings"] == "healthy"
    assert any(record.path == "/v1/models" for record in server.records)
    monkeypatch.setenv("EMBEDDING_BASE_URL", "http://127.0.0.1:1/v1")
    assert states(call(STATUS, person()))["embeddings"] == "down"


def test_what_hangs_is_not_waited_for(call, person, monkeypatch):
    def hang(fleet, organization_id):
        time.sleep(2)  # longer than the patience below: the probe must be left behind
        return []

    monkeypatch.setattr(components, "health", hang)
    monkeypatch.setattr(components.probe_components, "__defaults__", (0.2,))
    started = time.monotonic()
    answer = call(STATUS, person())
    assert time.monotonic() - started < 1.5
    assert states(answer)["models"] == "down"

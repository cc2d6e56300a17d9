"""The circuit breaker: shared by all sandboxes through Valkey, each sandbox's own without it."""

import uuid
from time import sleep

import pytest

from assistant.llm import circuit as module
from assistant.llm.circuit import FAILURES, SandboxCircuit, SharedCircuit, counts, state_of
from assistant.llm.gateway import generate
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import ProviderRejected, ProviderThrottled, ProviderUnavailable
from assistant.platform import valkey as client
from tests.layers.llm import provider_server as ps


@pytest.fixture
def shared(valkey, monkeypatch):
    """Makes breakers of several sandboxes."""
    monkeypatch.setenv("CACHE_HOST", valkey.host)
    monkeypatch.setenv("CACHE_PORT", str(valkey.port))
    monkeypatch.setenv("CACHE_TLS", "off")
    client.valkey.cache_clear()
    yield SharedCircuit
    client.valkey().close()
    client.valkey.cache_clear()


@pytest.fixture
def name():
    return uuid.uuid4().hex


def fail(breaker, name, times=FAILURES):
    for _ in range(times):
        breaker.failed(name)


@pytest.fixture(params=["valkey", "sandbox"])
def pair(request, valkey, monkeypatch):
    """Two sandboxes with Valkey; without it, one twice."""
    if request.param == "valkey":
        make = request.getfixturevalue("shared")
        return make(), make()
    own = SandboxCircuit()
    return own, own


def test_opens_after_enough_failures_for_every_sandbox(pair, name):
    first, second = pair
    fail(first, name, FAILURES - 1)
    assert second.wait(name) == 0
    first.failed(name)
    assert 0 < second.wait(name) <= module.REST_SECONDS


def test_a_success_between_begins_the_count_anew(pair, name):
    first, second = pair
    fail(first, name, FAILURES - 1)
    second.wait(name)
    second.succeeded(name)
    fail(first, name, FAILURES - 1)
    assert second.wait(name) == 0


def test_after_the_rest_one_alone_probes_and_its_success_closes(pair, name, monkeypatch):
    first, second = pair
    monkeypatch.setattr(module, "REST_SECONDS", 0.001)
    fail(first, name)
    sleep(0.05)  # the rest has to pass
    assert first.wait(name) == 0
    assert second.wait(name) > 1  # until the probe would be given up
    first.succeeded(name)
    assert second.wait(name) == 0
    assert first.wait(name) == 0


def test_a_probe_that_fails_opens_again_at_once(pair, name, monkeypatch):
    first, second = pair
    monkeypatch.setattr(module, "REST_SECONDS", 0.001)
    fail(first, name)
    sleep(0.05)  # the rest has to pass
    assert first.wait(name) == 0
    monkeypatch.setattr(module, "REST_SECONDS", 15.0)
    first.failed(name)
    assert 10 < second.wait(name) <= 15


def test_a_probe_that_died_is_replaced(pair, name, monkeypatch):
    first, second = pair
    monkeypatch.setattr(module, "REST_SECONDS", 0.001)
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.05)
    fail(first, name)
    sleep(0.02)  # the rest has to pass
    assert first.wait(name) == 0
    sleep(0.1)  # the probe has to be given up
    assert second.wait(name) == 0


def test_old_failures_are_forgotten(pair, name, monkeypatch):
    first, second = pair
    monkeypatch.setattr(module, "WINDOW_SECONDS", 0.05)
    fail(first, name, FAILURES - 1)
    sleep(0.1)  # the window has to pass
    first.failed(name)
    assert second.wait(name) == 0


def test_the_state_can_be_seen(shared, name, monkeypatch):
    breaker = shared()
    assert state_of(name) == "closed"
    fail(breaker, name)
    assert state_of(name) == "open"
    breaker.succeeded(name)
    assert state_of(name) == "closed"


def test_without_valkey_each_sandbox_has_its_own(name, monkeypatch):
    monkeypatch.setenv("CACHE_HOST", "127.0.0.1")
    monkeypatch.setenv("CACHE_PORT", "1")
    monkeypatch.setenv("CACHE_TLS", "off")
    client.valkey.cache_clear()
    first, second = SharedCircuit(), SharedCircuit()
    fail(first, name)
    assert first.wait(name) > 0
    assert second.wait(name) == 0
    assert state_of(name) == "unknown"
    client.valkey.cache_clear()


def test_what_speaks_against_the_call_does_not_speak_against_the_provider():
    assert not counts(ProviderRejected("x", outcome_known=True))
    assert counts(ProviderThrottled("x", outcome_known=True))


def test_the_gateway_leaves_an_open_provider_alone(server, shared, ask, name):
    provider = OpenAICompatible(server.base_url, "m", id=name)
    other = OpenAICompatible(server.base_url, "n", id=name + "-2")
    server.default = ps.status(500)
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            generate([provider], ask(), circuit=shared(), sleep=lambda seconds: None)
    assert len(server.records) == FAILURES  # the sixth try met the open circuit
    with pytest.raises(ProviderUnavailable) as raised:
        generate([provider], ask(), circuit=shared(), sleep=lambda seconds: None)
    assert raised.value.outcome_known
    assert 0 < raised.value.retry_after <= module.REST_SECONDS
    assert raised.value.extra["retry_after"] >= 1
    assert len(server.records) == FAILURES
    server.default = ps.normal("ok")
    assert generate([provider, other], ask(), circuit=shared()).provider_id == other.id

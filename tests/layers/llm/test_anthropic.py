"""Anthropic's own API against a server that speaks its wire format over real sockets."""

import time

import pytest

from assistant.llm.anthropic import Anthropic
from assistant.llm.gateway import Cancelled, generate
from assistant.llm.port import (
    CompletionRequest,
    Finished,
    Message,
    ProviderProtocolError,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    TextDelta,
    Usage,
)
from tests.layers.llm import anthropic_wire as wire
from tests.layers.llm import provider_server as ps

MODEL = "claude-sonnet-4-5"


@pytest.fixture
def provider(server):
    return Anthropic(MODEL, server.base_url, api_key=lambda fresh: "sk-2" if fresh else "sk-1",
                     read_seconds=0.5, first_token_seconds=0.5)  # fmt: skip


def collect(provider, request):
    text = ""
    try:
        for event in provider.stream(request):
            if isinstance(event, TextDelta):
                text += event.text
            else:
                return text, event
    except Exception as error:
        return text, error
    return text, None


SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def test_a_completion(server, provider, ask):
    server.plan(wire.normal("Приве", "т 🌍", input_tokens=20, output_tokens=7))
    text, last = collect(provider, ask(stop=("END",), json_schema=SCHEMA))
    assert (text, last) == ("Привет 🌍", Finished(Usage(20, 7), "stop", wire.MODEL))
    [record] = server.records
    assert record.path == "/v1/messages"
    assert record.headers["anthropic-version"] == "2023-06-01"
    assert record.headers["x-api-key"] == "sk-1"
    assert record.body == {
        "model": MODEL,
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "Hello?"}],
        "stream": True,
        "service_tier": "standard_only",
        "system": "Be brief.",
        "temperature": 0.2,
        "stop_sequences": ["END"],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        ("claude-3-haiku-20240307", True),
        ("claude-haiku-4-5", True),
        ("claude-haiku-4-5-20251001", True),
        ("claude-opus-4-1", True),
        ("claude-opus-4-6", True),
        ("claude-opus-4-7", False),
        ("claude-sonnet-5", False),
        ("claude-opus-5-5", False),
    ],
)
def test_models_that_refuse_a_temperature_are_not_sent_one(server, ask, model, takes):
    server.plan(wire.normal("ok"))
    collect(Anthropic(model, server.base_url), ask())
    assert ("temperature" in server.records[0].body) == takes
    assert "x-api-key" not in server.records[0].headers


def test_cached_input_is_a_part_of_the_input_and_the_last_count_is_the_whole_one(server, provider, ask):
    first = wire.start(20, cache_read_input_tokens=100, cache_creation_input_tokens=30)
    server.plan(wire.sent(first, wire.block(), wire.text("ok"), wire.delta(2, None), wire.delta(7), wire.stop()))
    _, last = collect(provider, ask())
    assert last.usage == Usage(150, 7, 100, 30)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("max_tokens", "length"), ("refusal", "filtered"), ("stop_sequence", "stop"), ("pause_turn", "other")],
)
def test_why_it_stopped(server, provider, ask, reason, expected):
    server.plan(wire.sent(wire.start(), wire.text("ok"), wire.delta(1, reason), wire.stop()))
    assert collect(provider, ask())[1].stop_reason == expected


def test_a_rotated_key_is_read_anew(server, provider, ask):
    server.plan(wire.refused(401, "authentication_error"), wire.normal("ok"))
    assert collect(provider, ask())[0] == "ok"
    assert [record.headers["x-api-key"] for record in server.records] == ["sk-1", "sk-2"]


@pytest.mark.parametrize(
    ("behaviour", "error", "retryable", "known", "wait"),
    [
        (wire.refused(429, "rate_limit_error", retry_after="7"), ProviderThrottled, True, True, 7.0),
        (wire.refused(529, "overloaded_error", retry_after="2"), ProviderThrottled, True, True, 2.0),
        (wire.refused(500, "api_error"), ProviderUnavailable, True, True, None),
        (wire.refused(504, "timeout_error"), ProviderTimeout, True, False, None),
        (wire.refused(400, "invalid_request_error"), ProviderRejected, False, True, None),
        (wire.refused(402, "billing_error"), ProviderRejected, False, True, None),
        (wire.refused(404, "not_found_error"), ProviderRejected, False, True, None),
        (wire.refused(413, "request_too_large"), ProviderRejected, False, True, None),
        (ps.hang_up_at_once, ProviderUnavailable, True, False, None),
        (ps.silence, ProviderTimeout, True, False, None),
        (wire.sent(wire.start(), wire.text("a"), wire.error()), ProviderThrottled, True, False, None),
        (wire.sent(wire.start(), wire.text("a"), wire.error("api_error")), ProviderUnavailable, True, False, None),
        (wire.sent(wire.start(), wire.text("a"), end="hang_up"), ProviderUnavailable, True, False, None),
        (wire.sent(wire.start(), wire.text("a")), ProviderProtocolError, True, False, None),
        (wire.sent(wire.start(), wire.text("a"), wire.delta()), ProviderProtocolError, True, False, None),
        (wire.sent(wire.start(), wire.text("a"), wire.stop()), ProviderProtocolError, True, False, None),
        (wire.sent(wire.start("many"), wire.text("a"), wire.delta(), wire.stop()), ProviderProtocolError, True, False,
         None),
        (wire.sent(wire.start(), wire.text("a"), wire.delta(-3), wire.stop()), ProviderProtocolError, True, False,
         None),
        (wire.sent(wire.start(), wire.text("a"), wire.delta(0), wire.stop()), ProviderProtocolError, True, False,
         None),
        (wire.sent(wire.start(), b"data: {not json}\n\n"), ProviderProtocolError, True, False, None),
        (wire.sent(wire.start(), b"data: []\n\n"), ProviderProtocolError, True, False, None),
        (wire.sent(b'data: {"type": "message_start"}\n\n'), ProviderProtocolError, True, False, None),
    ],
)  # fmt: skip
def test_every_fault_has_its_error(server, ask, behaviour, error, retryable, known, wait):
    server.plan(behaviour)
    provider = Anthropic(MODEL, server.base_url, read_seconds=0.3, first_token_seconds=0.3)
    _, raised = collect(provider, ask())
    assert type(raised) is error, raised
    assert (raised.retryable, raised.outcome_known, raised.retry_after) == (retryable, known, wait)
    assert len(server.records) == 1


def test_pings_are_no_progress(server, provider, ask):
    server.plan(wire.sent(wire.start(), *[wire.ping()] * 40, end="hang", delay=0.05))
    started = time.monotonic()
    _, raised = collect(provider, ask())
    assert isinstance(raised, ProviderTimeout)
    assert time.monotonic() - started < 5


def test_more_tokens_than_asked_for_is_an_anomaly(server, provider, ask):
    server.plan(wire.normal("ok", output_tokens=51))
    assert collect(provider, ask())[1].anomaly == "output_above_max_tokens"


def at_once(text, tokens):
    raise Cancelled


def test_a_cancelled_call_is_bounded_by_its_own_input_and_its_text(server, provider, ask):
    server.plan(wire.sent(wire.start(25, cache_read_input_tokens=5), wire.block(), wire.text("слово"), end="hang"))
    completion = generate([provider], ask(), at_once)
    assert (completion.usage, completion.usage_is_bound) == (Usage(30, 11, 5), True)
    assert server.records[0].client_closed.wait(2)


def test_a_model_that_thought_is_bounded_by_max_tokens_only(server, provider, ask):
    frames = [wire.start(25), wire.block("thinking"), wire.thinking("hm"), wire.block(), wire.text("a")]
    server.plan(wire.sent(*frames, end="hang"))
    assert generate([provider], ask(max_tokens=400), at_once).usage == Usage(25, 400)


def test_a_probe_asks_for_the_models(server, provider):
    server.plan(lambda exchange: exchange.answer(200, {"data": []}), wire.refused(401, "authentication_error"),
                wire.refused(403, "permission_error"))  # fmt: skip
    provider.probe()
    assert (server.records[0].method, server.records[0].path) == ("GET", "/v1/models?limit=1")
    with pytest.raises(ProviderRejected):
        provider.probe()


def test_a_conversation_keeps_its_turns(server, provider):
    server.plan(wire.normal("ok"))
    turns = (Message("system", "a"), Message("system", "b"), Message("user", "c"), Message("assistant", "d"))
    collect(provider, CompletionRequest((*turns, Message("user", "e")), 10))
    body = server.records[0].body
    assert body["system"] == "a\n\nb"
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]

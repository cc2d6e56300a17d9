"""Bedrock against a server that speaks its wire format: real frames, real sockets, the real SDK."""

import time

import boto3
import pytest
from botocore.config import Config

from assistant.llm import bedrock
from assistant.llm.bedrock import Bedrock
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
from assistant.platform import aws
from tests.layers.llm import bedrock_wire as wire
from tests.layers.llm import provider_server as ps

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.fixture
def provider(server, monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://127.0.0.1:{server.port}",
    }.items():
        monkeypatch.setenv(name, value)
    aws.client.cache_clear()
    bedrock._client.cache_clear()
    yield Bedrock(MODEL)
    aws.client.cache_clear()
    bedrock._client.cache_clear()


@pytest.fixture
def impatient(server, provider, monkeypatch):
    """The same with half a second of patience, where the platform's client has a minute."""
    config = Config(read_timeout=0.5, retries={"mode": "standard", "total_max_attempts": 3})
    monkeypatch.setattr(bedrock, "client", lambda service: boto3.client(service, config=config))
    return provider


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


def test_a_completion(server, provider, ask):
    server.plan(wire.converse(wire.text("Приве"), wire.text("т 🌍"), wire.stop(), wire.usage(20, 7)))
    text, last = collect(provider, ask(stop=("END",), json_schema={"type": "object"}))
    assert (text, last) == ("Привет 🌍", Finished(Usage(20, 7), "stop", MODEL))
    [record] = server.records
    assert record.path == "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream"
    assert record.body == {
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "Hello?"}]}],
        "inferenceConfig": {"maxTokens": 50, "temperature": 0.2, "stopSequences": ["END"]},
        "outputConfig": {
            "textFormat": {
                "type": "json_schema",
                "structure": {"jsonSchema": {"name": "answer", "schema": '{"type": "object"}'}},
            }
        },
    }


def test_neighbouring_turns_of_one_role_are_joined(server, provider):
    server.plan(wire.converse(wire.text("ok"), wire.stop(), wire.usage()))
    turns = (Message("user", "a"), Message("user", "b"), Message("assistant", "c"), Message("user", "d"))
    collect(provider, CompletionRequest(turns, 10))
    assert server.records[0].body["messages"] == [
        {"role": "user", "content": [{"text": "a"}, {"text": "b"}]},
        {"role": "assistant", "content": [{"text": "c"}]},
        {"role": "user", "content": [{"text": "d"}]},
    ]


def test_cached_input_is_a_part_of_the_input(server, provider, ask):
    counts = wire.usage(20, 7, cacheReadInputTokens=100, cacheWriteInputTokens=30)
    server.plan(wire.converse(wire.text("ok"), wire.stop("max_tokens"), counts))
    _, last = collect(provider, ask())
    assert (last.usage, last.stop_reason) == (Usage(150, 7, 100, 30), "length")


@pytest.mark.parametrize(
    ("behaviour", "error", "retryable", "known", "wait"),
    [
        (wire.refused(429, "ThrottlingException", retry_after="3"), ProviderThrottled, True, True, 3.0),
        (wire.refused(429, "ModelNotReadyException"), ProviderUnavailable, True, True, None),
        (wire.refused(503, "ServiceUnavailableException"), ProviderUnavailable, True, True, None),
        (wire.refused(500, "InternalServerException"), ProviderUnavailable, True, True, None),
        (wire.refused(504, "Unheard"), ProviderUnavailable, True, False, None),
        (wire.refused(408, "ModelTimeoutException"), ProviderTimeout, True, False, None),
        (wire.refused(424, "ModelErrorException"), ProviderUnavailable, True, False, None),
        (wire.refused(400, "ValidationException"), ProviderRejected, False, True, None),
        (wire.refused(403, "AccessDeniedException"), ProviderRejected, False, True, None),
        (wire.refused(404, "ResourceNotFoundException"), ProviderRejected, False, True, None),
        (ps.hang_up_at_once, ProviderUnavailable, True, False, None),
    ],
)
def test_an_error_before_any_text_is_not_tried_again_by_the_sdk(
    server, provider, ask, behaviour, error, retryable, known, wait
):
    server.default = behaviour
    text, raised = collect(provider, ask())
    assert text == ""
    assert type(raised) is error
    assert (raised.retryable, raised.outcome_known, raised.retry_after) == (retryable, known, wait)
    assert len(server.records) == 1
    assert "planned" not in raised.detail


BROKEN_FRAME = wire.text("never seen")[:-4] + b"\0\0\0\0"


@pytest.mark.parametrize(
    ("frames", "end", "error"),
    [
        pytest.param([wire.exception("throttlingException")], "end", ProviderThrottled, id="throttled"),
        pytest.param([wire.exception("modelStreamErrorException")], "end", ProviderUnavailable, id="model"),
        pytest.param([wire.exception("internalServerException")], "end", ProviderUnavailable, id="internal"),
        pytest.param([wire.exception("validationException")], "end", ProviderRejected, id="validation"),
        pytest.param([], "hang_up", ProviderUnavailable, id="half a body"),
        pytest.param([], "end", ProviderProtocolError, id="half an answer"),
        pytest.param([wire.stop()], "end", ProviderProtocolError, id="no usage"),
        pytest.param([wire.stop(), wire.usage(12, 0)], "end", ProviderProtocolError, id="no tokens"),
        pytest.param([BROKEN_FRAME], "end", ProviderProtocolError, id="broken frame"),
        pytest.param([wire.event("contentBlockDelta", {})], "end", ProviderProtocolError, id="no delta"),
    ],
)
def test_what_breaks_after_the_first_text_has_an_unknown_outcome(server, provider, ask, frames, end, error):
    server.plan(wire.converse(wire.text("Hello"), *frames, end=end))
    text, raised = collect(provider, ask())
    assert text == "Hello"
    assert type(raised) is error
    assert not raised.outcome_known


def test_silence_before_the_head(server, impatient, ask):
    server.default = ps.silence
    _, raised = collect(impatient, ask())
    assert (type(raised), raised.outcome_known) == (ProviderTimeout, False)
    assert len(server.records) == 1


def test_a_stream_that_falls_silent(server, impatient, ask):
    server.plan(wire.converse(wire.text("Hello"), end="hang"))
    text, raised = collect(impatient, ask())
    assert (text, type(raised), raised.outcome_known) == ("Hello", ProviderTimeout, False)


def test_more_tokens_than_asked_for_are_reported_as_they_are(server, provider, ask):
    server.plan(wire.converse(wire.text("a"), wire.stop(), wire.usage(12, 70)))
    _, last = collect(provider, ask(max_tokens=50))
    assert (last.usage, last.anomaly) == (Usage(12, 70), "output_above_max_tokens")


def test_closing_the_stream_closes_the_connection(server, provider, ask):
    server.plan(wire.converse(*[wire.text("word ")] * 1000, delay=0.01))
    stream = provider.stream(ask())
    for _ in range(3):
        next(stream)
    closed = time.monotonic()
    stream.close()
    [record] = server.records
    assert record.client_closed.wait(2)
    assert record.client_closed_at - closed < 0.5
    assert record.pieces < 200


def test_nothing_listens(server, provider, ask, monkeypatch):
    with ps.ProviderServer() as gone:
        port = gone.port
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", f"http://127.0.0.1:{port}")
    _, raised = collect(provider, ask())
    assert (type(raised), raised.retryable, raised.outcome_known) == (ProviderUnavailable, True, True)

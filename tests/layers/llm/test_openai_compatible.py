"""The OpenAI-compatible provider against a server that fails on command, over real sockets."""

import time

import pytest

from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import (
    Finished,
    ProviderProtocolError,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    Usage,
)
from tests.layers.llm import provider_server as ps
from tests.layers.llm.openai import collect


@pytest.fixture
def provider(server):
    return OpenAICompatible(server.base_url, "test-model", read_seconds=0.5, first_token_seconds=0.5)


def test_a_completion(server, provider, ask):
    server.plan(
        ps.normal("Приве", "т, ", "мир 🌍", usage=ps.usage_of(20, 7, prompt_tokens_details={"cached_tokens": 4}))
    )
    text, last = collect(provider, ask(stop=("END",)))
    assert text == "Привет, мир 🌍"
    assert last == Finished(Usage(20, 7, 4), "stop", "test-model-2026")
    [record] = server.records
    assert record.path == "/v1/chat/completions"
    assert record.body == {
        "model": "test-model",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 50,
        "temperature": 0.2,
        "stop": ["END"],
    }
    assert "authorization" not in record.headers


def test_openai_itself_gets_its_own_field_names(server, ask):
    provider = OpenAICompatible(server.base_url, "gpt-5", "openai")
    collect(provider, ask(json_schema={"type": "object"}))
    body = server.records[0].body
    assert (body["max_completion_tokens"], body["service_tier"]) == (50, "default")
    assert "max_tokens" not in body
    assert "temperature" not in body
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_a_connection_serves_one_call_after_the_other(server, provider, ask):
    for _ in range(3):
        assert isinstance(collect(provider, ask())[1], Finished)
    assert [record.connection for record in server.records] == [1, 1, 1]


def test_a_connection_that_llama_cpp_is_about_to_close_is_not_used_again(server, provider, ask):
    async def like_llama_cpp(exchange):
        await exchange.begin(server="llama.cpp")
        for chunk in (ps.chunk_of("ok"), ps.chunk_of(finish="stop"), ps.chunk_of(usage=ps.usage_of())):
            await exchange.event(chunk)
        await exchange.done()
        await exchange.pause(0.05)
        exchange.hang_up()

    server.default = like_llama_cpp
    for _ in range(5):
        assert isinstance(collect(provider, ask())[1], Finished)
    assert [record.connection for record in server.records] == [1, 2, 3, 4, 5]


def test_a_rotated_key_is_fetched_once_more(server, ask):
    asked = []

    def key(fresh):
        asked.append(fresh)
        return "new" if fresh else "old"

    server.plan(ps.status(401, "invalid_api_key"), ps.normal("ok"))
    text, _ = collect(OpenAICompatible(server.base_url, "m", api_key=key), ask())
    assert text == "ok"
    assert asked == [False, True]
    assert [record.headers["authorization"] for record in server.records] == ["Bearer old", "Bearer new"]


def test_a_key_that_is_wrong_is_not_sent_twice(server, ask):
    server.default = ps.status(401)
    _, raised = collect(OpenAICompatible(server.base_url, "m", api_key=lambda fresh: "same"), ask())
    assert type(raised) is ProviderRejected
    assert len(server.records) == 1


@pytest.mark.parametrize(
    ("behaviour", "error", "retryable", "known", "wait"),
    [
        (ps.throttled("7"), ProviderThrottled, True, True, 7.0),
        (ps.status(429, "x", retry_after_ms="250"), ProviderThrottled, True, True, 0.25),
        (ps.status(429, "x", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), ProviderThrottled, True, True, 0.0),
        (ps.status(429, "insufficient_quota"), ProviderRejected, False, True, None),
        (ps.status(500), ProviderUnavailable, True, True, None),
        (ps.status(503, retry_after="2"), ProviderUnavailable, True, True, 2.0),
        (ps.status(502), ProviderUnavailable, True, False, None),
        (ps.status(504), ProviderTimeout, True, False, None),
        (ps.status(400, "context_length_exceeded"), ProviderRejected, False, True, None),
        (ps.status(401), ProviderRejected, False, True, None),
        (ps.status(404), ProviderRejected, False, True, None),
        (ps.status(302), ProviderRejected, False, True, None),
        (ps.silence, ProviderTimeout, True, False, None),
        (ps.hang_up_at_once, ProviderUnavailable, True, False, None),
    ],
)
def test_an_error_before_any_text(server, provider, ask, behaviour, error, retryable, known, wait):
    server.default = behaviour
    text, raised = collect(provider, ask())
    assert text == ""
    assert type(raised) is error
    assert (raised.retryable, raised.outcome_known, raised.retry_after) == (retryable, known, wait)
    assert "planned" not in raised.detail


HELLO = b'data: {"choices":[{"delta":{"content":"Hello"}}]}\n\n'
FINISH = ps.chunk_of(finish="stop")


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(ps.half("Hello"), id="half a body"),
        pytest.param(ps.events(ps.chunk_of("Hello"), done=False), id="half an answer"),
        pytest.param(ps.events(ps.chunk_of("Hello")), id="no finish reason, no usage"),
        pytest.param(ps.events(ps.chunk_of("Hello"), FINISH), id="no usage"),
        pytest.param(ps.normal("Hello", usage={}), id="empty usage"),
        pytest.param(ps.normal("Hello", usage=ps.usage_of(-1, 3)), id="negative usage"),
        pytest.param(ps.normal("Hello", usage=ps.usage_of(12, "3")), id="usage in words"),
        pytest.param(ps.normal("Hello", usage=ps.usage_of(12, 0)), id="text for no tokens"),
        pytest.param(ps.normal("Hello", usage=ps.usage_of(0, 3)), id="no prompt"),
        pytest.param(ps.normal("Hello", usage=ps.usage_of(12, True)), id="boolean usage"),
        pytest.param(ps.normal("Hello", usage=ps.usage_of(12, 10**15)), id="absurd usage"),
        pytest.param(ps.normal("Hello", usage=["x"]), id="usage of another shape"),
        pytest.param(ps.packets(HELLO, b'data: {"cho\n\n'), id="malformed JSON"),
        pytest.param(ps.packets(HELLO, b'data: "\xff\xfe"\n\n'), id="not UTF-8"),
        pytest.param(ps.packets(HELLO, b"data: 7\n\n"), id="not an object"),
        pytest.param(ps.events(ps.chunk_of("Hello"), {"choices": [3]}), id="chunk of another shape"),
        pytest.param(ps.events(ps.chunk_of("Hello"), {"error": {"message": "boom"}}), id="error in the stream"),
        pytest.param(ps.packets(HELLO, b"data: " + b"x" * 1_100_000), id="endless line"),
    ],
)  # fmt: skip
def test_what_breaks_after_the_first_text_has_an_unknown_outcome(server, provider, ask, behaviour):
    server.plan(behaviour)
    text, raised = collect(provider, ask())
    assert text == "Hello"
    assert isinstance(raised, ProviderProtocolError | ProviderUnavailable)
    assert not raised.outcome_known


def test_a_stream_that_falls_silent(server, provider, ask):
    async def one_then_silence(exchange):
        await exchange.begin()
        await exchange.event(ps.chunk_of("Hello"))
        await ps.silence(exchange)

    server.plan(one_then_silence)
    text, raised = collect(provider, ask())
    assert (text, type(raised), raised.outcome_known) == ("Hello", ProviderTimeout, False)
    assert server.records[0].client_closed.wait(2)


def test_comments_keep_a_stream_alive_only_so_long(server, provider, ask):
    server.plan(ps.comments_for_ever)
    _, raised = collect(provider, ask())
    assert (type(raised), raised.outcome_known) == (ProviderTimeout, False)


def test_slow_chunks_are_no_time_out(server, provider, ask):
    server.plan(ps.normal("a", "b", "c", "d", delay=0.3))
    text, last = collect(provider, ask())
    assert text == "abcd"
    assert isinstance(last, Finished)


def test_characters_and_line_ends_cut_anywhere(server, provider, ask):
    body = (
        "\ufeff: hello\r\n\r\n"
        'data: {"choices":[{"delta":{"content":"Приве\u2028т 🌍\u0085"}}]}\r\n\r\n'
        'id: 7\revent: message\rdata:{"choices":[{"delta":{\rdata: "content":" мир"}}]}\r\r'
        'data: {"choices":[{"delta":{},"finish_reason":"length"}]}\n\n'
        'data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":9}}\n\n'
        "data: [DONE]\n\n"
    ).encode()
    server.plan(ps.packets(*(body[at : at + 1] for at in range(len(body))), delay=0))
    text, last = collect(provider, ask())
    assert text == "Приве\u2028т 🌍\u0085 мир"
    assert (last.usage, last.stop_reason) == (Usage(12, 9), "length")


def test_closing_the_stream_closes_the_connection(server, provider, ask):
    server.plan(ps.endless(delay=0.01))
    stream = provider.stream(ask(max_tokens=10_000))
    for _ in range(3):
        next(stream)
    closed = time.monotonic()
    stream.close()
    [record] = server.records
    assert record.client_closed.wait(2)
    assert record.client_closed_at - closed < 0.5
    assert not record.finished


def test_nothing_listens(ask):
    with ps.ProviderServer() as gone:
        address = gone.base_url
    _, raised = collect(OpenAICompatible(address, "m"), ask())
    assert (type(raised), raised.retryable, raised.outcome_known) == (ProviderUnavailable, True, True)

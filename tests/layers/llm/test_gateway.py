"""The gateway: what is tried again and what never is, cancellation, and which provider the settings mean."""

import subprocess
import sys

import pytest

from assistant.llm.gateway import Cancelled, generate
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import ProviderError, ProviderThrottled, ProviderUnavailable, Usage
from assistant.llm.tokens import input_tokens_upper_bound
from tests.layers.llm import provider_server as ps


@pytest.fixture
def provider(server):
    return OpenAICompatible(server.base_url, "test-model", read_seconds=0.5, first_token_seconds=0.5)


@pytest.fixture
def slept():
    return []


def test_a_completion(server, provider, ask, slept):
    heard = []
    server.plan(ps.normal("Hello", " world", usage=ps.usage_of(12, 2), delay=0.02))
    completion = generate([provider], ask(), lambda text, tokens: heard.append((text, tokens)), sleep=slept.append)
    assert (completion.text, completion.usage, completion.stop_reason) == ("Hello world", Usage(12, 2), "stop")
    assert heard == [("Hello", 1), (" world", 2)]
    assert 20 <= completion.first_token_ms < completion.duration_ms < 1000
    assert not completion.cancelled
    assert slept == []


def test_pieces_of_many_tokens_are_not_counted_as_one(server, provider, ask):
    heard = []
    server.plan(ps.normal("a" * 400, "b", usage=ps.usage_of(12, 90)))
    generate([provider], ask(max_tokens=100), lambda text, tokens: heard.append(tokens))
    assert heard == [100, 100]


@pytest.mark.parametrize("fault", [ps.throttled("3"), ps.status(503, retry_after="3")])
def test_the_provider_says_how_long_to_wait(server, provider, ask, slept, fault):
    server.plan(fault, ps.normal("ok"))
    assert generate([provider], ask(), sleep=slept.append).text == "ok"
    assert slept == [3.0]


def test_a_failure_then_success(server, provider, ask, slept):
    server.plan(ps.status(500), ps.status(500), ps.normal("ok"))
    assert generate([provider], ask(), sleep=slept.append).text == "ok"
    assert 0.5 <= slept[0] <= 1.0 <= slept[1] <= 2.0


def test_three_tries_and_no_more(server, provider, ask, slept):
    server.default = ps.status(500)
    with pytest.raises(ProviderUnavailable) as raised:
        generate([provider], ask(), sleep=slept.append)
    assert raised.value.outcome_known
    assert len(server.records) == 3
    assert len(slept) == 2


def test_too_long_a_wait_is_left_to_the_caller(server, provider, ask, slept):
    server.default = ps.throttled("3600")
    with pytest.raises(ProviderThrottled) as raised:
        generate([provider], ask(), sleep=slept.append)
    assert raised.value.retry_after == 3600
    assert (len(server.records), slept) == (1, [])


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(ps.half("Hello"), id="half a stream"),
        pytest.param(ps.hang_up_at_once, id="hung up without a word"),
        pytest.param(ps.status(504), id="gateway timeout"),
        pytest.param(ps.silence, id="silence"),
        pytest.param(ps.events(ps.chunk_of("Hello"), ps.chunk_of(finish="stop")), id="no usage"),
        pytest.param(ps.status(400), id="rejected"),
    ],
)
def test_what_may_be_billed_or_cannot_succeed_is_not_tried_again(server, provider, ask, slept, fault):
    server.default = fault
    with pytest.raises(ProviderError):
        generate([provider], ask(), sleep=slept.append)
    assert (len(server.records), slept) == (1, [])


def cancel_at(piece):
    heard = []

    def on_text(text, tokens):
        heard.append(text)
        if len(heard) == piece:
            raise Cancelled

    return on_text


def test_cancelling_stops_the_provider_and_bounds_what_was_used(server, provider, ask):
    server.plan(ps.endless("слово ", delay=0.01))
    request = ask(max_tokens=10_000)
    completion = generate([provider], request, cancel_at(5))
    [record] = server.records
    assert record.client_closed.wait(2)
    assert record.pieces < 20
    assert completion.cancelled
    assert completion.usage_is_bound
    assert completion.text == "слово " * 5
    assert completion.usage == Usage(input_tokens_upper_bound(request.messages), len(completion.text.encode()) + 1)


def test_cancelling_takes_the_providers_own_count_where_there_is_one(server, provider, ask):
    timings = {"cache_n": 0, "prompt_n": 25, "predicted_n": 4}
    server.plan(ps.events(*[ps.chunk_of("word", timings=timings)] * 3))
    completion = generate([provider], ask(), cancel_at(1))
    assert (completion.usage, completion.usage_is_bound) == (Usage(25, 4), False)


def test_any_other_exception_of_the_listener_closes_the_stream_too(server, provider, ask):
    server.plan(ps.endless())
    with pytest.raises(ZeroDivisionError):
        generate([provider], ask(max_tokens=1000), lambda text, tokens: 1 // 0)
    assert server.records[0].client_closed.wait(2)
    assert len(server.records) == 1


@pytest.mark.parametrize(
    "module", ["port", "prices", "tokens", "usage", "calls", "gateway", "metered", "benchmark", "fleet", "routing"]
)
def test_what_needs_no_network_imports_no_client(module):
    unwanted = {"httpx", "boto3", "redis", "genai_prices"}
    code = f"import sys, assistant.llm.{module}; print(sorted({unwanted} & set(sys.modules)))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": "layers/core"}
    )
    assert told.stdout.strip() == "[]"

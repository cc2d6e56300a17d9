"""What the OpenAI-compatible provider reports of tokens, also when a server counts or behaves oddly."""

import pytest

from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import ProviderProtocolError, Usage
from tests.layers.llm import provider_server as ps
from tests.layers.llm.openai import collect


@pytest.fixture
def provider(server):
    return OpenAICompatible(server.base_url, "test-model", read_seconds=0.5)


def test_more_tokens_than_asked_for_are_reported_as_they_are(server, provider, ask):
    server.plan(ps.normal("a", "b", usage=ps.usage_of(12, 70)))
    _, last = collect(provider, ask(max_tokens=50))
    assert (last.usage, last.anomaly) == (Usage(12, 70), "output_above_max_tokens")


def test_more_input_than_can_be_is_reported_as_it_is(server, provider, ask):
    server.plan(ps.normal("a", usage=ps.usage_of(100_000, 1)))
    _, last = collect(provider, ask())
    assert (last.usage, last.anomaly) == (Usage(100_000, 1), "input_above_bound")


def test_a_server_that_ignores_max_tokens_is_cut_off(server, provider, ask):
    server.plan(ps.endless(delay=0))
    text, raised = collect(provider, ask(max_tokens=10))
    assert len(text.split()) == 2 * 10 + 64
    assert (type(raised), raised.outcome_known) == (ProviderProtocolError, False)
    assert server.records[0].client_closed.wait(2)


def test_running_counts_come_with_the_text(server, ask):
    timings = {"cache_n": 10, "prompt_n": 15, "predicted_n": 2}
    server.plan(
        ps.events(
            ps.chunk_of("a", timings=timings),
            {**ps.chunk_of("b"), "usage": ps.usage_of(25, 3)},
            ps.chunk_of(finish="stop"),
            ps.chunk_of(usage=ps.usage_of(25, 4)),
        )
    )
    provider = OpenAICompatible(server.base_url, "m", running_usage=True)
    *deltas, last = provider.stream(ask())
    assert [delta.usage for delta in deltas] == [Usage(25, 2, 10), Usage(25, 3)]
    assert last.usage == Usage(25, 4)
    assert server.records[0].body["timings_per_token"] is True

"""What every fault of a provider costs: the outcome, the rows of the log, and the ledger's proof after each."""

from dataclasses import dataclass

import pytest

from assistant.budget import ledger
from assistant.budget.proof import discrepancies
from assistant.llm import bedrock
from assistant.llm.anthropic import Anthropic
from assistant.llm.bedrock import Bedrock
from assistant.llm.fleet import fleet_of
from assistant.llm.metered import reconcile
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import ProviderError
from assistant.llm.prices import listed_price
from assistant.platform import aws
from tests.layers.llm import anthropic_wire, bedrock_wire
from tests.layers.llm import provider_server as ps
from tests.layers.llm.paying import price_of_the_normal_answer, worst_case

HALF = "Hello"


@dataclass
class Kind:
    """One provider's way to speak, fault by fault."""

    throttled: object
    failing: object
    half: object
    more: object
    wrong: object
    normal: object


OPENAI = Kind(
    ps.throttled("0"),
    ps.status(500),
    ps.half(HALF),
    ps.normal("a", usage=ps.usage_of(12, 900_000)),
    ps.normal("a", usage=ps.usage_of(-5, "x")),
    ps.normal("Hello", usage=ps.usage_of(12, 3)),
)
ANTHROPIC = Kind(
    anthropic_wire.refused(529, "overloaded_error", retry_after="0"),
    anthropic_wire.refused(500, "api_error"),
    anthropic_wire.sent(anthropic_wire.start(), anthropic_wire.text(HALF), end="hang_up"),
    anthropic_wire.normal("a", output_tokens=900_000),
    anthropic_wire.normal("a", input_tokens=-5, output_tokens="x"),
    anthropic_wire.normal("Hello"),
)
BEDROCK = Kind(
    bedrock_wire.refused(429, "ThrottlingException", retry_after="0"),
    bedrock_wire.refused(500, "InternalServerException"),
    bedrock_wire.converse(bedrock_wire.text(HALF), end="hang_up"),
    bedrock_wire.converse(bedrock_wire.text("a"), bedrock_wire.stop(), bedrock_wire.usage(12, 900_000)),
    bedrock_wire.converse(bedrock_wire.text("a"), bedrock_wire.stop(), bedrock_wire.usage(-5, 3)),
    bedrock_wire.converse(bedrock_wire.text("Hello"), bedrock_wire.stop(), bedrock_wire.usage()),
)
KINDS = {"openai": OPENAI, "anthropic": ANTHROPIC, "bedrock": BEDROCK}
MODELS = {"openai": "gpt-4o", "anthropic": "claude-sonnet-4-5", "bedrock": "amazon.nova-lite-v1:0"}


def made(kind, server, monkeypatch, **more):
    if kind == "openai":
        return OpenAICompatible(server.base_url, MODELS[kind], "openai", read_seconds=0.4, first_token_seconds=0.4,
                                **{"id": "openai", **more})  # fmt: skip
    if kind == "anthropic":
        return Anthropic(MODELS[kind], server.base_url, read_seconds=0.4, first_token_seconds=0.4, **more)
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                        "AWS_DEFAULT_REGION": "eu-central-1",
                        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://127.0.0.1:{server.port}"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    real = aws.client.__wrapped__
    monkeypatch.setattr(bedrock, "client", lambda service, **_: real(service, read_timeout=0.6))
    bedrock._client.cache_clear()
    return Bedrock(MODELS[kind], **more)


@pytest.fixture(params=list(KINDS))
def kind(request):
    return request.param


@pytest.fixture
def provider(kind, server, monkeypatch):
    yield made(kind, server, monkeypatch)
    bedrock._client.cache_clear()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("assistant.llm.gateway.FIRST_PAUSE", 0.01)


def test_a_call_costs_its_tokens(server, provider, kind, ask, paying):
    server.plan(KINDS[kind].normal)
    who = paying()
    assert who.call(fleet_of(provider), ask()).text == "Hello"
    [row] = who.rows()
    assert (row["outcome"], row["attempt"], row["strategy"]) == ("succeeded", 1, "priority")
    assert (row["input_tokens"], row["output_tokens"]) == (12, 3)
    assert row["reserved"] == worst_case(provider, ask())
    assert 0 <= row["first_token_ms"] <= row["duration_ms"]
    assert who.settle() == (price_of_the_normal_answer(provider), 0)


@pytest.mark.parametrize("fault", ["throttled", "failing"])
def test_a_refusal_is_free_and_tried_again(server, provider, kind, ask, paying, quick, fault):
    server.plan(getattr(KINDS[kind], fault), KINDS[kind].normal)
    who = paying()
    assert who.call(fleet_of(provider), ask()).text == "Hello"
    code = "model_throttled" if fault == "throttled" else "model_unavailable"
    assert [(row["outcome"], row["attempt"], row["cost"], row["error_code"]) for row in who.rows()] == [
        ("failed", 1, 0, code),
        ("succeeded", 2, price_of_the_normal_answer(provider), None),
    ]
    assert who.settle() == (price_of_the_normal_answer(provider), 0)


def test_three_refusals_cost_nothing(server, provider, kind, ask, paying, quick):
    server.default = KINDS[kind].failing
    who = paying()
    with pytest.raises(ProviderError):
        who.call(fleet_of(provider), ask())
    assert [(row["outcome"], row["cost"]) for row in who.rows()] == [("failed", 0)] * 3
    assert who.settle() == (0, 0)


@pytest.mark.parametrize("fault", ["half", "wrong", "silence", "hang_up"])
def test_what_may_be_billed_stays_held_at_its_worst_case(server, provider, kind, ask, paying, quick, db, fault):
    server.default = {"silence": ps.silence, "hang_up": ps.hang_up_at_once}.get(fault) or getattr(KINDS[kind], fault)
    who = paying()
    with pytest.raises(ProviderError) as raised:
        who.call(fleet_of(provider), ask())
    assert not raised.value.outcome_known
    [row] = who.rows()
    assert (row["outcome"], row["cost"], row["error_code"]) == ("unknown", None, raised.value.code)
    assert len(server.records) == 1
    assert who.settle() == (0, worst_case(provider, ask()))
    with db.transaction() as work:
        charged = reconcile(work, who.person.organization_id, who.request_id)
        ledger.settle(work, who.person.organization_id, who.request_id, charged)
    assert who.incidents() == [("lost_call_charged", worst_case(provider, ask()))]
    with db.reading() as work:
        assert discrepancies(work) == []


def test_more_tokens_than_asked_for_cost_the_reserve_and_are_an_incident(server, provider, kind, ask, paying):
    server.plan(KINDS[kind].more)
    who = paying()
    assert who.call(fleet_of(provider), ask()).anomaly == "output_above_max_tokens"
    reserve = worst_case(provider, ask())
    [row] = who.rows()
    assert (row["outcome"], row["cost"], row["error_code"]) == ("succeeded", reserve, "output_above_max_tokens")
    tier = listed_price(provider.name, provider.model).tiers[0]
    billed = -(-(12 * tier.input + 900_000 * tier.output) // 1_000_000)
    assert who.incidents() == [("billed_above_hold", billed - reserve)]
    assert who.settle() == (reserve, 0)


class Stop(Exception):
    pass


def test_a_cancelled_call_pays_what_it_used_and_says_what_it_saved(server, provider, kind, ask, paying):
    streams = {
        "openai": ps.endless(),
        "anthropic": anthropic_wire.sent(anthropic_wire.start(), anthropic_wire.text("word"), end="hang"),
        "bedrock": bedrock_wire.converse(bedrock_wire.text("word"), end="hang"),
    }
    server.plan(streams[kind])
    who = paying()

    def stop(text, tokens):
        raise Stop

    with pytest.raises(Stop):
        who.call(fleet_of(provider), ask(max_tokens=1000), stop)
    assert server.records[0].client_closed.wait(2)
    [row] = who.rows()
    assert row["outcome"] == "cancelled"
    assert 0 < row["cost"] < row["reserved"] / 2
    assert row["saved"] == row["reserved"] - row["cost"]
    assert who.settle() == (row["cost"], 0)


def test_time_that_is_up_ends_the_answer_and_not_the_money(server, monkeypatch, ask, paying):
    provider = made("openai", server, monkeypatch)  # the clock is the gateway's, the same for all
    server.plan(ps.endless(delay=0.05))
    who = paying()
    completion = who.call(fleet_of(provider), ask(max_tokens=1000), total_seconds=0.3)
    assert (completion.stop_reason, completion.usage_is_bound) == ("time", True)
    [row] = who.rows()
    assert (row["outcome"], row["cost"]) == ("succeeded", who.settle()[0])


def test_a_text_that_cannot_be_kept_is_paid_for(server, provider, kind, ask, paying):
    server.plan(KINDS[kind].normal)
    who = paying()

    def keep(work, completion):
        work.run("SELECT 1/0 AS x")

    with pytest.raises(Exception, match="division by zero"):
        who.call(fleet_of(provider), ask(), keep=keep)
    assert who.settle() == (price_of_the_normal_answer(provider), 0)

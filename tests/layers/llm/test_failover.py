"""From one provider to another: when, within which hold, and never after text came."""

import pytest

from assistant.llm.fleet import fleet_of
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import ProviderError
from assistant.platform.errors import BudgetExceeded
from tests.layers.llm import provider_server as ps
from tests.layers.llm.paying import price_of_the_normal_answer, worst_case
from tests.layers.llm.provider_server import ProviderServer


@pytest.fixture
def second_server():
    with ProviderServer() as running:
        yield running


@pytest.fixture
def two(server, second_server):
    """A cheap provider first and a dear one second."""
    cheap = OpenAICompatible(server.base_url, "gpt-4o-mini", "openai", id="cheap", read_seconds=0.4,
                             first_token_seconds=0.4)  # fmt: skip
    dear = OpenAICompatible(second_server.base_url, "gpt-4o", "openai", id="dear")
    return cheap, dear


def test_a_failover_within_the_hold_of_the_dearest(server, second_server, two, ask, paying):
    server.default = ps.status(503)
    second_server.default = ps.normal("there", usage=ps.usage_of(12, 3))
    dearest = max(worst_case(one, ask()) for one in two)
    who = paying(held=dearest)
    completion = who.call(fleet_of(*two), ask())
    assert (completion.text, completion.provider_id) == ("there", "dear")
    assert [(row["provider_id"], row["attempt"], row["outcome"]) for row in who.rows()] == [
        ("cheap", 1, "failed"),
        ("dear", 2, "succeeded"),
    ]
    assert len(server.records) == 1
    settled, kept = who.settle()
    assert (settled, kept) == (price_of_the_normal_answer(two[1]), 0)
    with who.db.reading() as work:
        hold = work.one("SELECT amount FROM holds WHERE request_id = :id", id=who.request_id)
    assert hold["amount"] == dearest  # never extended


def test_silence_fails_over_when_there_is_money_for_both(server, second_server, two, ask, paying):
    server.default, second_server.default = ps.silence, ps.normal("there", usage=ps.usage_of(12, 3))
    dearest = max(worst_case(one, ask()) for one in two)
    who = paying(held=dearest)
    assert who.call(fleet_of(*two), ask()).text == "there"
    assert [(row["outcome"], row["error_code"]) for row in who.rows()] == [
        ("unknown", "model_timeout"),
        ("succeeded", None),
    ]
    assert who.settle() == (price_of_the_normal_answer(two[1]), worst_case(two[0], ask()))


def test_silence_does_not_fail_over_when_there_is_not(server, second_server, two, ask, paying):
    server.default = ps.silence
    dearest = max(worst_case(one, ask()) for one in two)
    who = paying(held=dearest, budget=dearest)
    with pytest.raises(ProviderError) as raised:
        who.call(fleet_of(*two), ask())
    assert raised.value.code == "model_timeout"
    assert second_server.records == []
    assert who.settle() == (0, worst_case(two[0], ask()))


def test_after_text_nothing_is_begun_anew(server, second_server, two, ask, paying):
    server.default = ps.half("Hel")
    heard = []
    who = paying()
    with pytest.raises(ProviderError):
        who.call(fleet_of(*two), ask(), lambda text, tokens: heard.append(text))
    assert heard == ["Hel"]
    assert second_server.records == []


def test_a_wrong_key_at_one_is_another_ones_call(server, second_server, two, ask, paying):
    server.default, second_server.default = ps.status(403, "permission_denied"), ps.normal("there")
    assert paying().call(fleet_of(*two), ask()).provider_id == "dear"


def test_nothing_is_sent_that_the_hold_cannot_pay(server, two, ask, paying):
    who = paying(held=1, budget=1)
    with pytest.raises(BudgetExceeded):
        who.call(fleet_of(*two), ask())
    assert server.records == []
    assert who.rows() == []


def test_a_provider_without_a_price_is_never_called(server, second_server, two, ask, paying):
    unpriced = OpenAICompatible(server.base_url, "nobody-knows", "openai-compatible", id="unpriced")
    second_server.default = ps.normal("there")
    assert paying().call(fleet_of(unpriced, two[1]), ask()).provider_id == "dear"
    assert server.records == []

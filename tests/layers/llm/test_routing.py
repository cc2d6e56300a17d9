"""The six strategies: what each puts first, from what it says it does."""

import uuid
from collections import Counter
from datetime import date

import pytest

from assistant.llm import routing, settings
from assistant.llm.calls import begin_call, finish_call
from assistant.llm.fleet import Fleet, fleet_of
from assistant.llm.measured import Measured
from assistant.llm.openai_compatible import OpenAICompatible
from assistant.llm.port import Usage
from assistant.llm.prices import Price, Tier, UnpricedModel
from assistant.llm.routing import STRATEGIES, Candidate, order, plan
from assistant.platform import valkey as client


def candidate(name, worst_case):
    price = Price("openai", name, (Tier(0, 1, 1, 1, 1),), "test", date(2026, 1, 1))
    return Candidate(OpenAICompatible("http://127.0.0.1:1", name, id=name), price, worst_case)


ALL = [candidate("a", 300), candidate("b", 100), candidate("c", 200)]


def names(strategy, *, user="u", facts=None, weights=(1, 1, 1)):
    return "".join(one.provider.id for one in order(strategy, ALL, user, facts or {}, weights))


def test_priority_keeps_the_order():
    assert names("priority") == "abc"


def test_cost_puts_the_cheapest_call_first():
    assert names("cost_optimized") == "bca"


def test_quality_puts_the_most_reliable_first_and_trusts_many_calls_more_than_one():
    facts = {"a": Measured(100, 90, 50.0), "b": Measured(1, 1, 50.0), "c": Measured(1000, 999, 1.0)}
    assert names("quality_optimized", facts=facts) == "cab"
    assert names("quality_optimized") == "abc"


def test_balance_weighs_reliability_price_and_speed():
    facts = {"a": Measured(1000, 999, 100.0), "b": Measured(1000, 500, 10.0), "c": Measured(1000, 999, 100.0)}
    assert names("balanced", facts=facts) == "cab"  # c: as good and as fast as a, and cheaper; b is cheap only
    assert names("balanced") == "bca"


def test_round_robin_takes_turns_over_all_sandboxes(valkey, monkeypatch):
    monkeypatch.setenv("CACHE_HOST", valkey.host)
    monkeypatch.setenv("CACHE_PORT", str(valkey.port))
    monkeypatch.setenv("CACHE_TLS", "off")
    client.valkey.cache_clear()
    turns = "".join(names("round_robin")[0] for _ in range(6))
    assert turns in "abcabcabc"
    client.valkey().close()
    client.valkey.cache_clear()


def test_round_robin_without_valkey_draws_lots(monkeypatch):
    monkeypatch.delenv("CACHE_HOST", raising=False)
    client.valkey.cache_clear()
    assert {names("round_robin") for _ in range(100)} == {"abc", "bca", "cab"}


def test_an_ab_test_keeps_each_user_and_splits_them_by_weight():
    users = [f"user-{number}" for number in range(4000)]
    first = {user: names("ab_test", user=user, weights=(1, 1, 2))[0] for user in users}
    assert first == {user: names("ab_test", user=user, weights=(1, 1, 2))[0] for user in users}
    shares = Counter(first.values())
    assert shares["a"] == pytest.approx(1000, rel=0.1)
    assert shares["c"] == pytest.approx(2000, rel=0.1)


# ---- a whole plan ----


@pytest.fixture
def models():
    made = [("dear", "gpt-4o"), ("cheap", "gpt-4o-mini"), ("middle", "gpt-4.1-mini"), ("fourth", "gpt-4.1")]
    return [OpenAICompatible("http://127.0.0.1:1", model, "openai", id=name) for name, model in made]


def planned(db, person, models, request):
    with db.reading() as work:
        return plan(work, person.organization_id, person.user_id, fleet_of(*models), request)


def test_a_plan_has_three_candidates_at_most_and_reserves_for_the_dearest(db, person, models, ask):
    found = planned(db, person(), models, ask())
    assert [one.provider.id for one in found.candidates] == ["dear", "cheap", "middle"]
    assert found.reserve == max(one.worst_case for one in found.candidates) == found.candidates[0].worst_case
    assert found.strategy == "priority"


def test_the_strategy_is_the_organisations_and_reaches_every_sandbox(db, person, models, ask):
    admin, stranger = person(role="admin"), person()
    planned(db, admin, models, ask())
    with db.transaction() as work:
        settings.set_routing_strategy(work, admin.organization_id, admin.user_id, "cost_optimized", "")
    assert planned(db, admin, models, ask()).candidates[0].provider.id == "cheap"
    assert planned(db, stranger, models, ask()).strategy == "priority"
    with db.transaction() as work:  # another sandbox changes it: this one's cache is old for a while, then not
        settings.set_routing_strategy(work, admin.organization_id, admin.user_id, "priority", "")
    settings._kept[admin.organization_id] = (-1e9, "cost_optimized")
    assert planned(db, admin, models, ask()).candidates[0].provider.id == "dear"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_makes_a_plan(db, person, models, ask, strategy):
    admin = person(role="admin")
    with db.transaction() as work:
        settings.set_routing_strategy(work, admin.organization_id, admin.user_id, strategy, "")
    assert len(planned(db, admin, models, ask()).candidates) == 3


def test_quality_is_measured_from_the_organisations_own_calls(db, person, models, ask):
    admin = person(role="admin")
    with db.transaction() as work:
        settings.set_routing_strategy(work, admin.organization_id, admin.user_id, "quality_optimized", "")
        for name, outcome in [("dear", "failed"), ("cheap", "failed"), ("middle", "succeeded")]:
            for _ in range(5):
                call = begin_call(work, admin.organization_id, admin.user_id, uuid.uuid4().hex, "t", "openai", "m", 10,
                                  provider_id=name)  # fmt: skip
                finish_call(work, admin.organization_id, call, Usage(1, 1), 0, outcome, 1, 1)
    assert [one.provider.id for one in planned(db, admin, models, ask()).candidates] == ["middle", "fourth", "dear"]
    assert planned(db, person(), models, ask()).candidates[0].provider.id == "dear"


def test_nobody_without_a_price_is_in_a_plan(db, person, models, ask):
    unknown = OpenAICompatible("http://127.0.0.1:1", "nobody-knows", "openai-compatible", id="x")
    found = planned(db, person(), [unknown, models[0]], ask())
    assert [one.provider.id for one in found.candidates] == ["dear"]
    with db.reading() as work, pytest.raises(UnpricedModel):
        who = person()
        plan(work, who.organization_id, who.user_id, fleet_of(unknown), ask())


def test_the_dearest_price_of_a_deployment_is_what_is_held(db, person, monkeypatch):
    monkeypatch.setenv("LLM_PROVIDERS", '[{"kind": "openai", "id": "a", "model": "gpt-4o-mini", "base_url": '
                       '"https://api.openai.com/v1"}, {"kind": "anthropic", "model": "claude-opus-4-1"}]')  # fmt: skip
    with db.reading() as work:
        both = routing.dearest(work, person().organization_id)
        alone = routing.dearest(work, None, [("openai", "gpt-4o-mini")])
    assert both.worst_case(1000, 1000) > alone.worst_case(1000, 1000)
    assert len(both.prices) == 2


def test_a_fleet_of_one_has_its_share(models):
    assert fleet_of(models[0]) == Fleet((models[0],), (1,))

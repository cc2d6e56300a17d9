"""Prices: as the data says, rounded up, never below what can be billed, and refused when unknown."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import genai_prices
import pytest
from genai_prices import data
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm import prices
from assistant.llm.port import Usage
from assistant.llm.prices import Price, Tier, UnpricedModel, listed_price, price_of, required_price
from local import update_prices

TODAY = date(2026, 11, 23)
# The data calls the price of a Bedrock region `regional.` and so on; a model of one's own has no such prefix.
PRICED = [
    (provider, name)
    for provider, data_name in update_prices.PROVIDERS.items()
    for known in data.providers
    if known.id == data_name
    for model in known.models
    if listed_price(provider, name := model.id.removeprefix("regional."))
]


def test_the_committed_list_is_what_the_generator_makes():
    committed = (Path(prices.__file__).parent / "prices.json").read_text()
    taken = json.loads(committed)["taken"]
    assert committed == update_prices.render(update_prices.price_list(), taken)


@pytest.mark.parametrize(("provider", "model"), PRICED)
def test_each_listed_price_is_what_the_data_says(provider, model):
    price = listed_price(provider, model, TODAY)
    for input_tokens, output_tokens, cached in [(1000, 500, 0), (150_000, 2000, 0), (300_000, 7, 0), (1000, 1, 400)]:
        told = genai_prices.calc_price(
            genai_prices.Usage(input_tokens=input_tokens, output_tokens=output_tokens, cache_read_tokens=cached),
            model_ref=model,
            provider_id=update_prices.PROVIDERS[provider],
            genai_request_timestamp=datetime(2026, 11, 23, 12, tzinfo=UTC),
        ).total_price
        exact = told * 1_000_000
        ours = price.cost(Usage(input_tokens, output_tokens, cached))
        assert exact <= ours < exact + 1


def test_the_three_providers_are_covered():
    counts = {provider: sum(1 for name, _ in PRICED if name == provider) for provider in update_prices.PROVIDERS}
    assert counts["openai"] > 40
    assert counts["anthropic"] > 20
    assert counts["bedrock"] > 90


@pytest.mark.parametrize(
    ("model", "dollars_in", "dollars_out"),
    [
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3", "16.5"),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3", "16.5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3", "16.5"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "3", "15"),
        ("arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
         "3.3", "16.5"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "0.06", "0.24"),
        ("eu.amazon.nova-lite-v1:0", "0.06", "0.24"),
        ("amazon.nova-lite-v1:0:300k", "0.06", "0.24"),
        ("apac.anthropic.claude-opus-5", "5.5", "27.5"),
        ("us.meta.llama3-3-70b-instruct-v1:0", "0.72", "0.72"),
        ("mistral.mistral-large-2402-v1:0", "4", "12"),
    ],
)  # fmt: skip
def test_bedrock_ids_resolve_with_regions_versions_and_arns(model, dollars_in, dollars_out):
    [tier] = listed_price("bedrock", model, TODAY).tiers
    assert (tier.input, tier.output) == (Decimal(dollars_in) * 1_000_000, Decimal(dollars_out) * 1_000_000)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-99"),
        ("openai", "text-embedding-3-small"),
        ("openai", "gpt-4o-realtime-preview"),
        ("openai", ""),
        ("anthropic", "gpt-4o"),
        ("bedrock", "amazon.titan-embed-text-v2:0"),
        ("bedrock", "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/x7k2"),
        ("openai-compatible", "gpt-4o"),
        ("local", "Llama-3"),
    ],
)
def test_what_is_not_listed_has_no_price(provider, model):
    assert listed_price(provider, model) is None


def test_the_local_model_is_nominal():
    price = listed_price("local", "SmolLM2-135M-Instruct")
    assert price.nominal
    assert price.cost(Usage(1_000_000, 1_000_000)) == 500_000
    assert not listed_price("openai", "gpt-4o").nominal


def test_a_price_starts_on_its_day():
    assert listed_price("openai", "gpt-5.6-luna", date(2026, 7, 29)).tiers[0].input == 1_000_000
    assert listed_price("openai", "gpt-5.6-luna", date(2026, 7, 30)).tiers[0].input == 200_000


def test_a_long_prompt_pays_its_tier_for_all_tokens():
    price = listed_price("openai", "gpt-5.4")
    assert price.cost(Usage(272_000, 1_000_000)) == 680_000 + 15_000_000
    assert price.cost(Usage(272_001, 1_000_000)) == 1_360_005 + 22_500_000
    assert price.worst_case(272_001, 1_000_000) == 1_360_005 + 22_500_000


def test_a_fraction_of_a_micro_dollar_is_rounded_up():
    price = Price("p", "m", (Tier(0, 1, 1, 1, 1),), "test", TODAY)
    assert price.cost(Usage(1, 0)) == 1
    assert price.cost(Usage(1_000_000, 0)) == 1
    assert price.cost(Usage(1_000_000, 1)) == 2
    assert price.cost(Usage(0, 0)) == 0


def test_the_worst_case_allows_for_a_prompt_that_is_stored_in_the_cache():
    price = listed_price("openai", "gpt-6-astra")
    assert price.cost(Usage(1_000_000, 0, 0, 1_000_000)) == price.worst_case(1_000_000, 0) == 25_000_000


counts = st.integers(0, 2_000_000)


@given(st.sampled_from(PRICED), counts, counts, counts, counts, st.floats(0, 1), st.floats(0, 1))
def test_no_call_within_the_bounds_costs_more_than_its_worst_case(
    named, bound, made, max_tokens, used, cached, written
):
    price = listed_price(*named)
    usage_in, usage_out = min(used, bound), min(made, max_tokens)
    from_cache = int(usage_in * cached)
    into_cache = int((usage_in - from_cache) * written)
    assert price.cost(Usage(usage_in, usage_out, from_cache, into_cache)) <= price.worst_case(bound, max_tokens)


def set_price(postgres, database_name, provider, model, valid_from="2026-01-01"):
    owner = postgres.connect(database_name)
    owner.execute(
        """INSERT INTO model_prices VALUES (:provider, :model, 7000000, 9000000, 'contract 12', CAST(:day AS date))""",
        {"provider": provider, "model": model, "day": valid_from},
    )
    owner.close()


def test_an_administrators_price_comes_first(db, postgres, database_name):
    set_price(postgres, database_name, "openai", "gpt-4o")
    set_price(postgres, database_name, "openai-compatible", "our-model")
    set_price(postgres, database_name, "openai", "gpt-4.1", "2999-01-01")
    with db.reading() as work:
        ours = price_of(work, "openai", "gpt-4o")
        assert (ours.source, ours.as_of, ours.context_tokens) == ("contract 12", date(2026, 1, 1), 128_000)
        assert ours.cost(Usage(1_000_000, 1_000_000, 500_000)) == 16_000_000
        assert price_of(work, "openai-compatible", "our-model").cost(Usage(1_000_000, 0)) == 7_000_000
        assert price_of(work, "openai", "gpt-4.1").source == "genai-prices 0.2.3"
        assert price_of(work, "openai", "gpt-4o-mini").source == "genai-prices 0.2.3"


def test_an_unknown_price_is_refused_with_what_to_do(db):
    with db.reading() as work:
        assert price_of(work, "openai", "gpt-99") is None
        with pytest.raises(UnpricedModel) as raised:
            required_price(work, "openai", "gpt-99")
    assert (raised.value.status, raised.value.code) == (422, "unpriced_model")
    assert "administrator" in raised.value.detail

"""What a model's tokens cost, in integer micro-dollars. A model without a price is never called."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from assistant.llm.port import Usage
from assistant.platform.clock import utc_now
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Invalid

MILLION = 1_000_000
REGION = re.compile(r"^(?:us-gov|us|eu|apac|global|jp|au|in|ca|sa|me|af|il)\.(?=[a-z0-9-]+\.)")
VERSION = re.compile(r"(?:-v\d+)?:\d+(?::\d+k)?$")


class UnpricedModel(Invalid):
    """Nobody knows what this model costs, so it is not called."""

    code, title = "unpriced_model", "This model has no price"


@dataclass(frozen=True)
class Tier:
    """Micro-dollars per million tokens, once the whole prompt is longer than `above` tokens.

    `cached` is the rate of input read from the provider's cache, `written` of input that is stored in it.
    """

    above: int
    input: int
    output: int
    cached: int
    written: int


@dataclass(frozen=True)
class Price:
    """The price of a model. `as_of` is the date of the data; `nominal` means that nobody sends a bill."""

    provider: str
    model: str
    tiers: tuple[Tier, ...]
    source: str
    as_of: date
    context_tokens: int | None = None
    nominal: bool = False

    def cost(self, usage: Usage) -> int:
        """What this usage costs, rounded up. The length of the prompt chooses the tier of all its tokens."""
        tier = [tier for tier in self.tiers if tier.above == 0 or usage.input_tokens > tier.above][-1]
        plain = max(0, usage.input_tokens - usage.cached_input_tokens - usage.written_input_tokens)
        return _rounded_up(
            plain * tier.input
            + usage.cached_input_tokens * tier.cached
            + usage.written_input_tokens * tier.written
            + usage.output_tokens * tier.output
        )

    def worst_case(self, input_tokens: int, max_tokens: int) -> int:
        """No call with at most this much input and output costs more; what is held before it."""
        return max(
            _rounded_up(input_tokens * max(tier.input, tier.cached, tier.written) + max_tokens * tier.output)
            for tier in self.tiers
            if tier.above == 0 or input_tokens > tier.above
        )


@dataclass(frozen=True)
class Dearest:
    """The dearest of several prices: what is held when it is not known yet which provider will answer."""

    prices: tuple[Price, ...]

    def worst_case(self, input_tokens: int, max_tokens: int) -> int:
        """See Price.worst_case."""
        return max(price.worst_case(input_tokens, max_tokens) for price in self.prices)


class Priced(Protocol):
    """What can say what a call costs at most."""

    def worst_case(self, input_tokens: int, max_tokens: int) -> int: ...


def _rounded_up(millionths: int) -> int:
    return -(-millionths // MILLION)


def price_of(work: UnitOfWork, provider: str, model: str, organization_id: str | None = None) -> Price | None:
    """The price that the organization's administrator has set, else the deployment's, else the listed one, else None.

    Without an organization only the deployment's own prices are looked at, and the list.
    """
    return prices_of(work, organization_id, [(provider, model)]).get((provider, model))


def prices_of(
    work: UnitOfWork, organization_id: str | None, models: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Price]:
    """The prices of (provider, model) pairs in one statement; a pair without a price is left out."""
    rows = work.run(
        """SELECT DISTINCT ON (provider, model) provider, model, input, output, tiers, source, valid_from
           FROM (
               SELECT provider, model, input_microdollars_per_million AS input,
                      output_microdollars_per_million AS output, tiers, source, valid_from, 1 AS rank
               FROM model_prices WHERE valid_from <= CURRENT_DATE
               UNION ALL
               SELECT provider, model, NULL, NULL, tiers, source, valid_from, 0
               FROM organization_prices
               WHERE organization_id = CAST(:organization AS uuid) AND valid_from <= CURRENT_DATE
           ) AS known
           WHERE (provider, model) IN (SELECT * FROM unnest(CAST(:providers AS text[]), CAST(:models AS text[])))
           ORDER BY provider, model, rank, valid_from DESC""",
        providers=[provider for provider, _ in models],
        models=[model for _, model in models],
        organization=organization_id,
    )
    found = {(provider, model): price for provider, model in models if (price := listed_price(provider, model))}
    for row in rows:
        named = (row["provider"], row["model"])
        listed = found.get(named)
        context_tokens = listed.context_tokens if listed else None
        found[named] = Price(*named, _set_tiers(row), row["source"], row["valid_from"], context_tokens)
    return found


def _set_tiers(row: dict[str, Any]) -> tuple[Tier, ...]:
    if row["tiers"] is None:
        # One rate for all input: a discount that the administrator did not state is not assumed.
        return (Tier(0, row["input"], row["output"], row["input"], row["input"]),)
    return tuple(Tier(**tier) for tier in sorted(row["tiers"], key=lambda tier: tier["above"]))


def required_price(work: UnitOfWork, provider: str, model: str, organization_id: str | None = None) -> Price:
    """The price, or UnpricedModel with what to do."""
    price = price_of(work, provider, model, organization_id)
    if price is None:
        raise UnpricedModel(
            f"The price of {model} at {provider} is not known, so it cannot be used. "
            "Choose a listed model, or have an administrator set its price.",
            provider=provider,
            model=model,
        )
    return price


def listed_price(provider: str, model: str, on: date | None = None) -> Price | None:
    """The price of the list that ships with this version, on a day (today). Knows Bedrock's prefixes and ARNs."""
    listed = _price_list()
    entries = listed["providers"].get(provider, [])
    for name in _names(model):
        for entry in entries:
            if any(matches(rule, name) for rule in entry["match"]):
                return _price(provider, model, entry, on or utc_now().date())
    return None


def matches(rule: Sequence[str], name: str) -> bool:
    """Whether a rule of the list, [kind, text], names this model; `name` is in lower case."""
    kind, text = rule
    if kind == "equals":
        return name == text
    if kind == "starts_with":
        return name.startswith(text)
    if kind == "ends_with":
        return name.endswith(text)
    if kind == "contains":
        return text in name
    return re.search(text, name) is not None


def _names(model: str) -> Iterator[str]:
    """The model's id as given, then less and less exactly: without an ARN, a version, a region."""
    name = model.lower().rsplit("/", 1)[-1]
    yield name
    yield VERSION.sub("", name)
    # Last, since a region may have a price of its own. An unknown region is priced as the model itself.
    yield REGION.sub("", name)
    yield VERSION.sub("", REGION.sub("", name))


def _price(provider: str, model: str, entry: dict[str, Any], on: date) -> Price:
    active = [price for price in entry["prices"] if price["from"] is None or date.fromisoformat(price["from"]) <= on]
    tiers = tuple(
        Tier(
            tier["above"],
            tier["input"],
            tier["output"],
            tier.get("cached", tier["input"]),
            tier.get("written", tier["input"]),
        )
        for tier in (active or entry["prices"])[-1]["tiers"]
    )
    listed = _price_list()
    nominal = entry.get("nominal", False)
    source = "nominal" if nominal else f"{listed['source']} {listed['version']}"
    return Price(provider, model, tiers, source, date.fromisoformat(listed["taken"]), entry.get("context"), nominal)


@cache
def _price_list() -> dict[str, Any]:
    listed: dict[str, Any] = json.loads((Path(__file__).parent / "prices.json").read_text())
    return listed


def listed_models(provider: str) -> list[Price]:
    """Every model of a provider that the list has, with its price of today."""
    today = utc_now().date()
    return [_price(provider, entry["model"], entry, today) for entry in _price_list()["providers"].get(provider, [])]

"""Writes the price list that ships with the llm context, from the data of the installed genai-prices.

Run as `python -m local.update_prices` after pinning a new genai-prices; review the diff like code.
"""

import json
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

from genai_prices import data, types

from assistant.llm.prices import matches
from assistant.platform.clock import utc_now

TARGET = Path(__file__).parent.parent / "layers/core/assistant/llm/prices.json"
# Our name of a provider, and the data's.
PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "bedrock": "aws"}
# What does not answer a chat, or is billed by more than its tokens.
NOT_CHAT = (
    "ada", "babbage", "curie", "davinci", "embed", "audio", "image", "realtime", "transcribe", "tts", "whisper",
    "live", "moderation", "sonic", "voxtral", "search", "deep-research", "computer-use", "instruct-0914",
    "gpt-3.5-turbo-instruct", "titan-text", "gpt-4-vision",
)  # fmt: skip
KEYS = {"input": "input_mtok", "output": "output_mtok", "cached": "cache_read_mtok", "written": "cache_write_mtok"}
LOCAL = {
    "model": "SmolLM2-135M-Instruct",
    "match": [["starts_with", "smollm2-135m-instruct"]],
    "context": 8192,
    "nominal": True,
    "prices": [{"from": None, "tiers": [{"above": 0, "input": 100_000, "output": 400_000}]}],
}


def main() -> None:
    TARGET.write_text(render(price_list(), taken=utc_now().date().isoformat()))


def price_list() -> dict[str, list[dict[str, Any]]]:
    """The models of each provider in the order in which the data matches them."""
    listed: dict[str, list[dict[str, Any]]] = {"local": [LOCAL]}
    for name, data_name in PROVIDERS.items():
        [provider] = [provider for provider in data.providers if provider.id == data_name]
        listed[name] = [entry for model in provider.models if (entry := _entry(model))]
        for model in provider.models:  # an entry left out must not be caught by a looser one that was kept
            if not _entry(model):
                caught = [entry["model"] for entry in listed[name] if _matches(entry, model.id)]
                if caught:
                    raise SystemExit(f"{model.id} is left out but would be priced as {caught}")
    return listed


def render(listed: dict[str, list[dict[str, Any]]], taken: str) -> str:
    """One model a line, so that a change of price is a line of the diff."""
    head = {"source": "genai-prices", "version": version("genai-prices"), "taken": taken,
            "unit": "micro-dollars per million tokens"}  # fmt: skip
    blocks = []
    for name, entries in listed.items():
        lines = ",\n".join("    " + json.dumps(entry) for entry in entries)
        blocks.append(f"  {json.dumps(name)}: [\n{lines}\n  ]")
    return json.dumps(head)[:-1] + ', "providers": {\n' + ",\n".join(blocks) + "\n}}\n"


def _entry(model: types.ModelInfo) -> dict[str, Any] | None:
    if any(word in model.id for word in NOT_CHAT):
        return None
    dated = model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]
    prices = []
    for price in dated:
        if isinstance(price.constraint, types.TimeOfDateConstraint):
            raise SystemExit(f"{model.id} has prices by time of day, which the list cannot say yet")
        tiers = _tiers(price.prices)
        if tiers is None:
            return None
        prices.append({"from": price.constraint.start_date.isoformat() if price.constraint else None, "tiers": tiers})
    entry = {"model": model.id, "match": _match(model.match), "context": model.context_window, "prices": prices}
    return {key: value for key, value in entry.items() if value is not None}


def _tiers(price: types.ModelPrice) -> list[dict[str, int]] | None:
    rates = {key: getattr(price, name, None) for key, name in KEYS.items()}
    if rates["input"] is None or rates["output"] is None:
        return None
    starts = {0} | {
        tier.start for rate in rates.values() if isinstance(rate, types.TieredPrices) for tier in rate.tiers
    }
    tiers = [
        {"above": start} | {key: _integer(_rate(rate, start)) for key, rate in rates.items() if rate is not None}
        for start in sorted(starts)
    ]
    return tiers if all(tier["input"] > 0 and tier["output"] > 0 for tier in tiers) else None


def _rate(rate: Decimal | types.TieredPrices, above: int) -> Decimal:
    if isinstance(rate, types.TieredPrices):
        reached = [tier.price for tier in rate.tiers if tier.start <= above]
        return reached[-1] if reached else rate.base
    return rate


def _integer(dollars: Decimal) -> int:
    microdollars = dollars * 1_000_000
    if microdollars != int(microdollars) or microdollars < 0:
        raise SystemExit(f"{dollars} dollars are not a whole number of micro-dollars")
    return int(microdollars)


def _match(clause: Any) -> list[list[str]]:
    """The alternatives that name the model, each as [kind, text]."""
    if isinstance(clause, types.ClauseOr):
        return [rule for part in clause.or_ for rule in _match(part)]
    for kind in ("equals", "starts_with", "ends_with", "contains", "regex"):
        if hasattr(clause, kind):
            text = getattr(clause, kind)
            return [[kind, text if kind == "regex" else text.lower()]]
    raise SystemExit(f"the price list cannot say {clause}")


def _matches(entry: dict[str, Any], model: str) -> bool:
    return any(matches(rule, model) for rule in entry["match"])


if __name__ == "__main__":
    main()

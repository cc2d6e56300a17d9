"""What a request is charged for, call by call, as its owner may check it."""

from typing import Any

from assistant.llm import calls
from assistant.llm.prices import Price, prices_of
from assistant.platform.db import UnitOfWork


def itemized(work: UnitOfWork, organization_id: str, request_id: str) -> dict[str, Any]:
    """Each call's tokens and cost, and the price in micro-dollars a million tokens."""
    made = calls.paid(work, organization_id, request_id)
    prices = prices_of(work, organization_id, [(call.provider, call.model) for call in made])
    return {
        "calls": len(made),
        "input_tokens": sum(call.usage.input_tokens for call in made),
        "output_tokens": sum(call.usage.output_tokens for call in made),
        "each": [
            {
                "provider": call.provider,
                "model": call.model,
                "input_tokens": call.usage.input_tokens,
                "output_tokens": call.usage.output_tokens,
                "cost_microdollars": call.cost,
                # An embedding is priced by its collection, not by the list of models that write.
                "price": _rates(prices[call.provider, call.model]) if (call.provider, call.model) in prices else None,
            }
            for call in made
        ],
    }


def _rates(price: Price) -> dict[str, Any]:
    return {
        "input": price.tiers[0].input,
        "output": price.tiers[0].output,
        "nominal": price.nominal,
        "as_of": price.as_of.isoformat(),
    }

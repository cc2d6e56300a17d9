"""What the llm endpoints share: a price as people write it."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer

from assistant.budget.money import MICRODOLLARS, microdollars
from assistant.llm.prices import Price, Tier

Rate = Annotated[
    Decimal, Field(ge=0, le=1_000_000, decimal_places=6), PlainSerializer(float, return_type=float, when_used="json")
]


class PriceTier(BaseModel):
    """US dollars per million tokens, once the whole prompt is longer than `above` tokens.

    `cached` and `written`: input that is read from the provider's cache and written into it; like `input` unless told.
    """

    above: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    input: Rate
    output: Rate
    cached: Rate | None = None
    written: Rate | None = None

    @classmethod
    def of(cls, price: Price) -> list["PriceTier"]:
        """The tiers of a price."""
        return [
            cls(
                above=tier.above,
                input=_decimal(tier.input),
                output=_decimal(tier.output),
                cached=_decimal(tier.cached),
                written=_decimal(tier.written),
            )
            for tier in price.tiers
        ]

    def tier(self) -> Tier:
        """The same in micro-dollars."""
        plain = microdollars(self.input)
        return Tier(
            self.above,
            plain,
            microdollars(self.output),
            plain if self.cached is None else microdollars(self.cached),
            plain if self.written is None else microdollars(self.written),
        )


def rising(tiers: list[PriceTier]) -> list[PriceTier]:
    """The tiers, when they begin at 0 and rise; else ValueError."""
    starts = [tier.above for tier in tiers]
    if starts[0] != 0 or any(first >= second for first, second in pairwise(starts)):
        raise ValueError("the first tier is above 0 tokens, and each next one above more")
    return tiers


def _decimal(rate: int) -> Decimal:
    return Decimal(rate) / MICRODOLLARS

"""PUT /api/v1/llm/prices: the organisation's own price of a model, tiers included; audited."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints, field_validator

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.llm import PriceTier, rising
from assistant.llm import set_prices
from assistant.llm.prices import Price
from assistant.platform.clock import utc_now
from assistant.platform.errors import Invalid

router = APIRouter(tags=["llm"])

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class PriceChange(BaseModel):
    """`provider` is `listed_as` of GET /llm/models. It counts for calls from `valid_from` on, today unless told."""

    provider: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    model: Name
    tiers: Annotated[list[PriceTier], Field(min_length=1, max_length=8)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    valid_from: date | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]

    @field_validator("tiers")
    @classmethod
    def _tiers_rise(cls, tiers: list[PriceTier]) -> list[PriceTier]:
        return rising(tiers)


class ChangedPrice(BaseModel):
    """What counted until then; none for a model that could not be called before."""

    provider: str
    model: str
    old_tiers: list[PriceTier] | None
    tiers: list[PriceTier]
    source: str
    valid_from: date
    updated_by: str


@router.put("/api/v1/llm/prices")
async def set_price(body: PriceChange, caller: AdminCaller, db: Db) -> ChangedPrice:
    today = utc_now().date()
    valid_from = body.valid_from or today
    if valid_from < today:
        told = "today or later: what calls have cost is not changed afterwards"
        raise Invalid(f"/valid_from: {told}.", errors=[{"pointer": "/valid_from", "detail": told}])
    price = Price(body.provider, body.model, tuple(tier.tier() for tier in body.tiers), body.source, valid_from)
    before = set_prices.set_price(db, caller.organization_id, caller.user_id, price, body.reason)
    return ChangedPrice(
        provider=price.provider,
        model=price.model,
        old_tiers=PriceTier.of(before) if before else None,
        tiers=PriceTier.of(price),
        source=price.source,
        valid_from=valid_from,
        updated_by=caller.user_id,
    )


handler = lambda_handler(router)

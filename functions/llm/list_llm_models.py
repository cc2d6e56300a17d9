"""GET /api/v1/llm/models: the models of this deployment by provider, with their prices and the prices' date."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.llm import PriceTier
from assistant.llm.configuration import configured
from assistant.llm.prices import Price, prices_of

router = APIRouter(tags=["llm"])


class ModelPrice(BaseModel):
    """`nominal`: nobody sends a bill for it; the price is there so that budgets can be tried. `as_of`: of the data."""

    tiers: list[PriceTier]
    source: str
    as_of: date
    nominal: bool

    @classmethod
    def of(cls, price: Price) -> "ModelPrice":
        return cls(tiers=PriceTier.of(price), source=price.source, as_of=price.as_of, nominal=price.nominal)


class Model(BaseModel):
    """A model without a price is never called."""

    model: str
    context_tokens: int
    price: ModelPrice | None


class ProviderModels(BaseModel):
    """`provider` is its id here; `listed_as` is the name that prices are set under."""

    provider: str
    listed_as: str
    models: list[Model]


class LlmModels(BaseModel):
    """In the order of priority."""

    providers: list[ProviderModels]


@router.get("/api/v1/llm/models")
async def list_llm_models(caller: Caller, db: Db) -> LlmModels:
    found = configured()
    prices = prices_of(db, caller.organization_id, [(one.name, one.model) for one in found])
    providers = []
    for one in found:
        price = prices.get((one.name, one.model))
        model = Model(model=one.model, context_tokens=one.context_tokens, price=ModelPrice.of(price) if price else None)
        providers.append(ProviderModels(provider=one.id, listed_as=one.name, models=[model]))
    return LlmModels(providers=providers)


handler = lambda_handler(router)

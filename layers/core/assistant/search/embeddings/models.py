"""The embedding models that we know. A model that is not here is not used: its dimension and price are not guessed."""

from datetime import date

from assistant.llm.prices import Price, Tier
from assistant.search.embeddings.port import Model

# Each has an index of its own in migration 0040; another dimension needs another migration.
DIMENSIONS = (256, 384, 512, 768, 1024, 1536)
LOCAL = "multilingual-e5-small"
TAKEN = date(2026, 11, 23)


def _price(provider: str, name: str, microdollars_per_million: int, *, nominal: bool = False) -> Price:
    tier = Tier(0, microdollars_per_million, 0, microdollars_per_million, microdollars_per_million)
    return Price(provider, name, (tier,), "nominal" if nominal else "genai-prices 0.2.3", TAKEN, None, nominal)


def _model(
    provider: str, name: str, dimensions: int, *, characters: int, batch: int, floor: float, price: int,
    nominal: bool = False,
) -> Model:  # fmt: skip
    return Model(provider, name, dimensions, characters, batch, floor, _price(provider, name, price, nominal=nominal))


MODELS = {
    (model.provider, model.name): model
    for model in (
        # Chosen by measurement (docs/search.md). It finds everything alike, hence the floor; a small batch, since a
        # core reads a few texts a second.
        _model("local", LOCAL, 384, characters=2000, batch=8, floor=0.75, price=10_000, nominal=True),
        _model("openai", "text-embedding-3-small", 1536, characters=8000, batch=64, floor=0.2, price=20_000),
        _model("openai", "text-embedding-3-large", 1024, characters=8000, batch=64, floor=0.2, price=130_000),
        _model("bedrock", "amazon.titan-embed-text-v2:0", 1024, characters=8000, batch=1, floor=0.1, price=20_000),
        # The list that the prices are from leaves out Cohere's third generation; the price is its public one.
        _model("bedrock", "cohere.embed-multilingual-v3", 1024, characters=2000, batch=64, floor=0.3, price=100_000),
    )
}

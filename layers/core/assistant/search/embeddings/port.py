"""The port to an embedding model: texts in, vectors of one length out, and what it cost in tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assistant.llm.prices import Price

Vector = tuple[float, ...]
Kind = Literal["query", "passage"]  # some models read a question differently from what answers it


@dataclass(frozen=True)
class Model:
    """What we know of an embedding model.

    `characters`: how much of a text it reads, cautiously; the rest is cut off before it is sent. `batch`: texts a
    call. `floor`: the cosine similarity below which two texts have nothing to do with each other.
    """

    provider: str
    name: str
    dimensions: int
    characters: int
    batch: int
    floor: float
    price: Price

    @property
    def key(self) -> str:
        """Names the vector space: vectors of two keys are never compared."""
        return f"{self.provider}/{self.name}/{self.dimensions}"


@dataclass(frozen=True)
class Embedded:
    """Vectors in the order of the texts. `input_tokens` is the provider's count; None when it sends none."""

    vectors: tuple[Vector, ...]
    input_tokens: int | None


class Embedder(Protocol):
    """An embedding model at an endpoint."""

    @property
    def model(self) -> Model: ...

    def embed(self, texts: Sequence[str], kind: Kind, timeout: float) -> Embedded:
        """At most `model.batch` texts, none blank, within `timeout` seconds.

        Raises a ProviderError, as a call to a language model does; `outcome_known` says whether it can be billed.
        """
        ...

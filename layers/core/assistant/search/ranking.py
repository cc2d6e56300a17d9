"""How much each sign of relevance counts: defaults, or what an organization has learned."""

from dataclasses import dataclass

from assistant.platform.db import UnitOfWork


@dataclass(frozen=True)
class Weights:
    """`lexical` and `semantic` weigh the two rankings that are fused; `title` and `freshness` add to the result.

    A document's freshness halves every `half_life_days`.
    """

    lexical: float = 1.0
    semantic: float = 1.0
    title: float = 0.1
    freshness: float = 0.02
    half_life_days: float = 180.0


DEFAULTS = Weights()


def weights_of(work: UnitOfWork, organization_id: str) -> Weights:
    """The organization's weights."""
    row = work.one(
        """SELECT lexical, semantic, title, freshness, half_life_days FROM search_weights
           WHERE organization_id = CAST(:organization_id AS uuid)""",
        organization_id=organization_id,
    )
    return Weights(**{name: float(value) for name, value in row.items()}) if row else DEFAULTS

"""How well an order fits what people said: the share of pairs of documents that stand the right way round.

For each query, a liked document belongs above a disliked one (weight 1), a liked one above one that nobody judged and
such a one above a disliked one (weight 0.25 each). Equal scores count half. Scores are computed as the search does it
(assistant.search.statement), from the places and signs that the search told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from assistant.search.ranking import Weights
from assistant.search.search import SMOOTHING

UNJUDGED = 0.25
MOST_UNJUDGED = 20  # documents of a query that nobody judged, the best ones
EVEN = 1e-9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that the search found: its places in the two rankings, and its signs. `fresh` at `half_life_days`."""

    document_id: str
    lexical_place: int | None
    semantic_place: int | None
    in_title: float
    fresh: float


@dataclass(frozen=True)
class JudgedQuery:
    """A query with what it found, and which of the documents people liked and disliked."""

    text: str
    candidates: tuple[Candidate, ...]
    liked: frozenset[str]
    disliked: frozenset[str]
    half_life_days: float = 180.0


def score(candidate: Candidate, weights: Weights, half_life_days: float) -> float:
    """The score that the search would give it with these weights."""
    fused = 0.0
    if candidate.lexical_place is not None:
        fused += weights.lexical / (SMOOTHING + candidate.lexical_place)
    if candidate.semantic_place is not None:
        fused += weights.semantic / (SMOOTHING + candidate.semantic_place)
    fused /= (weights.lexical + weights.semantic) / (SMOOTHING + 1)
    fresh: float = candidate.fresh ** (half_life_days / weights.half_life_days)
    raised = 1 + weights.title * candidate.in_title + weights.freshness * fresh
    return fused * raised / (1 + weights.title + weights.freshness)


def fit_of(query: JudgedQuery, weights: Weights) -> float | None:
    """0 to 1; None when the query has no pair to compare."""
    best: dict[str, float] = {}
    for candidate in query.candidates:
        value = score(candidate, weights, query.half_life_days)
        if value > best.get(candidate.document_id, -1.0):
            best[candidate.document_id] = value
    liked = [best[name] for name in query.liked if name in best]
    disliked = [best[name] for name in query.disliked if name in best]
    judged = query.liked | query.disliked
    others = [best[name] for name in _first_documents(query) if name not in judged][:MOST_UNJUDGED]
    right = total = 0.0
    for above, below, weight in ((liked, disliked, 1.0), (liked, others, UNJUDGED), (others, disliked, UNJUDGED)):
        for one in above:
            for other in below:
                total += weight
                right += weight * (1.0 if one > other + EVEN else 0.5 if one > other - EVEN else 0.0)
    return right / total if total else None


def _first_documents(query: JudgedQuery) -> list[str]:
    return list(dict.fromkeys(candidate.document_id for candidate in query.candidates))


def mean_fit(queries: Sequence[JudgedQuery], weights: Weights) -> float:
    """Over the queries that have a pair; 0 without any."""
    values = [value for query in queries if (value := fit_of(query, weights)) is not None]
    return sum(values) / len(values) if values else 0.0


@dataclass(frozen=True)
class Comparison:
    """Two sets of weights on the same queries. `chance`: how likely as many would improve if it were a coin's toss."""

    queries: int
    before: float
    after: float
    better: int
    worse: int
    chance: float


def compare(queries: Sequence[JudgedQuery], before: Weights, after: Weights) -> Comparison:
    """A sign test over the queries, one-sided; queries that stay as they were do not count in it."""
    pairs = [(fit_of(query, before), fit_of(query, after)) for query in queries]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    better = sum(other > one + EVEN for one, other in known)
    worse = sum(other < one - EVEN for one, other in known)
    tosses = better + worse
    chance = sum(comb(tosses, heads) for heads in range(better, tosses + 1)) / 2**tosses
    count = max(len(known), 1)
    return Comparison(
        len(known), round(sum(one for one, _ in known) / count, 4), round(sum(other for _, other in known) / count, 4),
        better, worse, round(chance, 4),
    )  # fmt: skip

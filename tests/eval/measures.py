"""What a ranking is worth, when it is known which documents answer."""

import math
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Worth:
    """Means over queries: the share of right ones among the first three, 1 / place of the first right one, nDCG."""

    precision_at_3: float
    mrr: float
    ndcg_at_10: float


def precision(ranking: Sequence[str], answers: Collection[str], first: int = 3) -> float:
    """The share of right ones among the first; where there are fewer answers than places, of those places."""
    right = sum(key in answers for key in ranking[:first])
    return right / min(first, len(answers))


def reciprocal_rank(ranking: Sequence[str], answers: Collection[str]) -> float:
    return next((1 / place for place, key in enumerate(ranking, 1) if key in answers), 0.0)


def ndcg(ranking: Sequence[str], answers: Collection[str], first: int = 10) -> float:
    """Discounted gain over the best that is possible; an answer counts once."""
    gain = sum(1 / math.log2(place + 1) for place, key in enumerate(ranking[:first], 1) if key in answers)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(first, len(answers)) + 1))
    return gain / ideal


def worth(rankings: Sequence[tuple[Sequence[str], Collection[str]]]) -> Worth:
    """Of (ranking, answers) for each query."""
    return Worth(
        statistics.fmean(precision(*pair) for pair in rankings),
        statistics.fmean(reciprocal_rank(*pair) for pair in rankings),
        statistics.fmean(ndcg(*pair) for pair in rankings),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so many of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]

"""Faster, slower, same or cannot tell: what an interleaved A/B of two commits supports, and no more.

Every comparison is bounded so that all together hold at 99.5 %: a report, of however many endpoints, is wrong about
any of them less than once in a hundred times. The run repeats A beside A; when those differ by more than their
intervals say, the machine was noisier than the resampling knows, and all intervals are widened by as much.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from tests.performance.framework.quantiles import Arm, Change, Drawn, Interval, block_counts

Verdict = Literal["faster", "slower", "same", "cannot tell"]
CONFIDENCE = 0.995
MARGINS = {0.5: 0.03, 0.95: 0.05, 0.99: 0.10}
"""What counts as no difference: a p50 within 3 %, a p95 within 5 %, a p99 within 10 %."""
LEAST_POINTS = 10
"""Of a series, to say how it grows."""


@dataclass(frozen=True)
class Comparison:
    """One endpoint at one quantile, as a ratio B / A."""

    operation: str
    share: float
    verdict: Verdict
    interval: Interval | None
    margin: float
    requests: tuple[int, int]


def verdict(found: Interval | None, margin: float) -> Verdict:
    """Same only when the whole interval is within the margin; a difference only when it excludes none."""
    if found is None:
        return "cannot tell"
    if found.high < 1 + margin and found.low > 1 / (1 + margin):
        return "same"
    if found.low > 1:
        return "slower"
    if found.high < 1:
        return "faster"
    return "cannot tell"


def widening(controls: list[Change]) -> float:
    """How much wider than said A's difference to itself was, at least 1.

    The sum of the squared scores is a chi-squared when the intervals are right; only what is above its upper tenth
    widens, so that a handful of controls does not widen by chance.
    """
    if not controls:
        return 1.0
    number = len(controls)
    squares = sum((one.estimate / one.error) ** 2 for one in controls)
    usual = number * (1 - 2 / (9 * number) + 1.2816 * sqrt(2 / (9 * number))) ** 3
    return max(1.0, sqrt(squares / usual))


def compare(
    sides: dict[str, tuple[Arm, Arm, Arm | None]],
    pairs: int,
    shares: tuple[float, ...] = (0.5, 0.95),
    seed: int = 1,
    confidence: float = CONFIDENCE,
) -> tuple[list[Comparison], float]:
    """By operation (A, B, A again or None) → a comparison for each share, and how much intervals were widened."""
    counts, single = (block_counts(pairs, np.random.default_rng(seed), length=length) for length in (0, 1))
    changes: dict[tuple[str, float], Change | None] = {}
    controls: list[Change] = []
    for name, arms in sides.items():
        a, b, again = (None if arm is None else Drawn(arm, counts, shares, single) for arm in arms)
        assert a is not None
        assert b is not None
        for index, share in enumerate(shares):
            changes[name, share] = a.change(b, index)
            control = None if again is None else a.change(again, index)
            controls += [control] if control else []
    widened = widening(controls)
    each = 1 - (1 - confidence) / max(1, sum(found is not None for found in changes.values()))
    comparisons = []
    for (name, share), one in changes.items():
        found = None if one is None else one.interval(each, widened)
        numbers = (len(sides[name][0].values), len(sides[name][1].values))
        margin = MARGINS[share]
        comparisons.append(Comparison(name, share, verdict(found, margin), found, margin, numbers))
    return comparisons, widened


def trend(times: np.ndarray, values: np.ndarray, rng: np.random.Generator, confidence: float = CONFIDENCE) -> Interval:
    """How much a value grows per second: the median of the slopes between points, bounded by resampled runs of points.

    Fewer than LEAST_POINTS bound nothing.
    """

    def slope(x: np.ndarray, y: np.ndarray) -> float:
        i, j = np.triu_indices(len(x), 1)
        apart = x[j] != x[i]
        return float(np.median((y[j][apart] - y[i][apart]) / (x[j][apart] - x[i][apart])))

    estimate = slope(times, values)
    if len(times) < LEAST_POINTS:
        return Interval(estimate, float("-inf"), float("inf"))
    residuals = values - estimate * times
    length, drawn = max(2, round(len(times) ** (1 / 3))), []
    for _ in range(200):
        starts = rng.integers(0, len(times) - length + 1, -(-len(times) // length))
        picked = (starts[:, None] + np.arange(length)).ravel()[: len(times)]
        drawn.append(slope(times, estimate * times + residuals[picked]))
    tail = (1 - confidence) / 2
    spread = np.quantile(drawn, [tail, 1 - tail]) - estimate
    return Interval(estimate, float(estimate - spread[1]), float(estimate - spread[0]))

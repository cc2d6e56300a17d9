"""Quantiles of latencies and how far they can be trusted.

The unit of resampling is a block of time, never a request: requests of one moment share the machine's mood, and a
bootstrap over requests would call that mood knowledge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
RESAMPLES = 400
FLOOR = 0.002
"""The least standard error of a log ratio: clocks and schedulers know nothing finer."""
NARROW = 6
"""Fewer blocks than this give no interval."""


@dataclass(frozen=True)
class Interval:
    """An estimate with what bounds it at the stated confidence."""

    estimate: float
    low: float
    high: float


def quantile(values: Array, share: float) -> float:
    """The smallest value that at least this share of the values does not exceed: one that was really measured."""
    ordered = np.sort(values)
    return float(ordered[max(0, int(np.ceil(share * len(ordered) - 1e-9)) - 1)])


def student(confidence: float, degrees: int) -> float:
    """Two-sided quantile of Student's t, by the Cornish-Fisher expansion (2 % off at 5 degrees, less above)."""
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    n = max(1, degrees)
    return float(
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def run_length(blocks: int) -> int:
    """How many neighbours stay together when blocks are drawn: one slow minute is not many independent facts."""
    return max(1, round(float(blocks) ** (1 / 3)))


def block_counts(blocks: int, rng: np.random.Generator, resamples: int = RESAMPLES, length: int = 0) -> Array:
    """How often each block is in each resample; `length` neighbours stay together (0: as `run_length` says)."""
    length = length or run_length(blocks)
    starts = rng.integers(0, blocks, (resamples, -(-blocks // length)))
    picked = ((starts[:, :, None] + np.arange(length)) % blocks).reshape(resamples, -1)[:, :blocks]
    counts = np.zeros((resamples, blocks), dtype=np.int32)
    np.add.at(counts, (np.arange(resamples)[:, None], picked), 1)
    return counts


def resampled(values: Array, blocks: Array, counts: Array, shares: Sequence[float]) -> Array:
    """For each share a row: the quantile in each resample. NaN where none of the blocks that hold values was drawn."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    reached = np.cumsum(counts[:, blocks[order]], axis=1, dtype=np.int32)
    total = reached[:, -1:]
    found = []
    for share in shares:
        first = np.argmax(reached >= np.maximum(1, np.ceil(share * total - 1e-9)), axis=1)
        found.append(np.where(total[:, 0] > 0, ordered[first], np.nan))
    return np.array(found)


def interval(values: Array, blocks: Array, share: float, confidence: float, rng: np.random.Generator) -> Interval:
    """A quantile of one run. `blocks`: the block of each value, counted from 0."""
    estimate = quantile(values, share)
    number = int(blocks.max()) + 1
    if number < NARROW:
        return Interval(estimate, 0.0, float("inf"))
    drawn = np.log(resampled(values, blocks, block_counts(number, rng), [share])[0])
    width = student(confidence, number - 1) * max(FLOOR, float(np.nanstd(drawn)))
    return Interval(estimate, exp(log(estimate) - width), exp(log(estimate) + width))


@dataclass(frozen=True)
class Change:
    """The log ratio of B's quantile to A's, with its standard error and the degrees of freedom that it stands on."""

    estimate: float
    error: float
    degrees: int

    def interval(self, confidence: float, widened: float = 1.0) -> Interval:
        """As a ratio: 1.2 means that B takes a fifth longer."""
        width = student(confidence, self.degrees) * self.error * widened
        return Interval(exp(self.estimate), exp(self.estimate - width), exp(self.estimate + width))


@dataclass(frozen=True)
class Arm:
    """Latencies of one side, and in which pair each was measured."""

    values: Array
    pairs: Array


class Drawn:
    """An arm's quantiles, as measured and in each resample of whole pairs; None where it has too little to say.

    `counts` draws runs of pairs, for quantiles of everything together; `single` draws pair by pair, for the difference
    within each: its sign is as random as the order of the sides, whatever mood the machine is in for how long.
    """

    def __init__(self, arm: Arm, counts: Array, shares: Sequence[float], single: Array | None = None) -> None:
        self.counts, self.shares = counts if single is None else single, shares
        self.pairs = len(np.unique(arm.pairs))
        self.told = self.pairs >= NARROW
        if self.told:
            self.medians = _log_medians(arm, counts.shape[1])
            pooled = [share for share in shares if share != 0.5]
            self.measured = {share: log(quantile(arm.values, share)) for share in pooled}
            self.resamples = dict(zip(pooled, np.log(resampled(arm.values, arm.pairs, counts, pooled)), strict=True))

    def change(self, other: "Drawn", index: int) -> Change | None:
        """From this arm to the other, at one of the shares; the same pairs are drawn on both sides."""
        if not (self.told and other.told):
            return None
        share = self.shares[index]
        if share == 0.5:
            both = ~np.isnan(self.medians + other.medians)
            apart, counts = (other.medians - self.medians)[both], self.counts[:, both]
            estimate, drawn = midmeans(apart, np.ones((1, len(apart)))).item(), midmeans(apart, counts)
            runs = len(apart)
        else:
            estimate = other.measured[share] - self.measured[share]
            drawn = other.resamples[share] - self.resamples[share]
            runs = min(self.pairs, other.pairs) // run_length(min(self.pairs, other.pairs))
        return Change(estimate, max(FLOOR, float(np.nanstd(drawn))), max(2, runs - 1))


def _log_medians(arm: Arm, pairs: int) -> Array:
    """The log of the median in each pair, NaN where there is none."""
    order = np.lexsort((arm.values, arm.pairs))
    counts = np.bincount(arm.pairs, minlength=pairs)
    firsts = np.cumsum(counts) - counts
    found = np.full(pairs, np.nan)
    there, values = counts > 0, arm.values[order]
    low, high = firsts + (counts - 1) // 2, firsts + counts // 2
    found[there] = np.log((values[low[there]] + values[high[there]]) / 2)
    return found


def midmeans(values: Array, weights: Array) -> Array:
    """For each row of weights the mean of the middle half: as good as a mean where nothing stands out, and deaf to what
    does. NaN where nothing was drawn."""
    order = np.argsort(values)
    weights = weights[:, order].astype(float)
    reached = np.cumsum(weights, axis=1)
    total = reached[:, -1:]
    low, high = total / 4, total * 3 / 4
    kept = np.clip(reached, low, high) - np.clip(reached - weights, low, high)
    with np.errstate(invalid="ignore"):
        return np.asarray((kept * values[order]).sum(axis=1) / (total[:, 0] / 2))

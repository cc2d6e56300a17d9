"""Trials of the verdicts on latencies that were recorded, with faults planted in them that are therefore known.

What is recorded is real: a server's answers over real sockets, on this machine, in its present mood. On top of it each
trial adds the moods of worse machines: a slow drift, neighbours that are correlated, blocks that stand out.
"""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from tests.performance.framework.quantiles import Arm, Array
from tests.performance.framework.verdicts import compare, trend

DRIFT, MEMORY, BURSTS, BURST = 0.10, 0.9, 0.05, 0.6
"""Standard deviation of the drift and how much of it stays to the next block; share of slow blocks and by how much."""


@dataclass(frozen=True)
class Shape:
    """Of one comparison: `pairs` of blocks, in each so many requests of each of the operations on each side."""

    pairs: int = 240
    operations: int = 10
    requests: int = 10


def sides(recorded: Array, shape: Shape, factor: float, rng: np.random.Generator) -> dict[str, tuple[Arm, Arm, Arm]]:
    """A, B (slower by `factor`) and A again, in turns of random order, from a random place of the recording."""
    size = shape.operations * shape.requests
    needed = 3 * shape.pairs * size
    start = int(rng.integers(0, len(recorded)))
    values = recorded[(start + np.arange(needed)) % len(recorded)].reshape(shape.pairs, 3, size).copy()
    values *= np.exp(mood(3 * shape.pairs, rng)).reshape(shape.pairs, 3, 1)
    found = {}
    order = np.argsort(rng.random((shape.pairs, 3)), axis=1)
    pairs = np.repeat(np.arange(shape.pairs), shape.requests)
    for number in range(shape.operations):
        part = values[:, :, number * shape.requests : (number + 1) * shape.requests]
        a, b, again = (np.take_along_axis(part, order[:, [side], None], axis=1)[:, 0].ravel() for side in range(3))
        found[f"operation {number}"] = (Arm(a, pairs), Arm(b * factor, pairs), Arm(again, pairs))
    return found


def mood(blocks: int, rng: np.random.Generator) -> Array:
    """The log of how much slower the machine is in each block."""
    steps = rng.normal(0, DRIFT * np.sqrt(1 - MEMORY**2), blocks)
    drift = np.zeros(blocks)
    for number in range(1, blocks):
        drift[number] = MEMORY * drift[number - 1] + steps[number]
    return np.asarray(drift + np.where(rng.random(blocks) < BURSTS, rng.exponential(BURST, blocks), 0.0))


def reports(recorded: Array, shape: Shape, factor: float, trials: int, seed: int, processes: int = 1) -> Counter[str]:
    """How many reports said of any operation's p50 or p95 that it differs, and how p50 was judged over all of them.

    With a factor of 1 the first is the number of false alarms. Nothing is timed here, so `processes` may share it.
    """
    one = partial(_report, recorded, shape, factor, seed)
    if processes == 1:
        return sum(map(one, range(trials)), Counter())
    with ProcessPoolExecutor(processes) as pool:
        return sum(pool.map(one, range(trials), chunksize=10), Counter())


def _report(recorded: Array, shape: Shape, factor: float, seed: int, trial: int) -> Counter[str]:
    rng = np.random.default_rng((seed, trial))
    comparisons, _ = compare(sides(recorded, shape, factor, rng), shape.pairs, seed=trial)
    said = {one.verdict for one in comparisons}
    found = Counter({"reports": 1, "any": int(bool(said & {"slower", "faster"})), "wrong_way": int("faster" in said)})
    found.update(one.verdict for one in comparisons if one.share == 0.5)
    return found


def queue(seconds: float, rate: float, stall: float, every: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Milliseconds as an open model and as a client that waits sees them, of a server that stalls.

    One place, first come first served; a client that waits asks again only when it was answered.
    """

    def standing(at: float) -> float:
        into = at % every
        return at + (every - into) if stall and into > every - stall else at

    free, opened = 0.0, []
    for at in np.sort(rng.uniform(0, seconds, rng.poisson(seconds * rate))):
        free = standing(max(free, at)) + 0.004 * rng.lognormal(0, 0.35)
        opened.append((free - at) * 1000)
    now, closed = 0.0, []
    while now < seconds:
        done = standing(now) + 0.004 * rng.lognormal(0, 0.35)
        closed.append((done - now) * 1000)
        now = done + 0.005
    return np.array(opened), np.array(closed)


def leaking(samples: int, every: float, mb_per_minute: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """PSS samples of a process whose memory breathes with its garbage collector, and which keeps a little for ever."""
    times = np.arange(samples) * every
    breath = 2.0 * ((times / 37 + rng.random()) % 1) + rng.normal(0, 0.3, samples)
    return times, 80 + breath + mb_per_minute * times / 60


def leak_found(times: Array, values: Array, least_mb_per_minute: float, seed: int) -> bool:
    """Whether the growth is above the least, as the score asks of every part."""
    return trend(times, values, np.random.default_rng(seed)).low * 60 > least_mb_per_minute

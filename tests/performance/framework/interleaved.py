"""Two clouds side by side, asked in turns: A, B and A again in random order, pair after pair."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import numpy as np

from tests.performance.framework.driver import Driver, Records
from tests.performance.framework.mix import Operation
from tests.performance.framework.quantiles import Arm, quantile
from tests.performance.framework.schedule import Arrival
from tests.performance.framework.summary import LATE_MS
from tests.performance.framework.target import Target, world_of
from tests.performance.framework.world import World

SIDES = ("a", "b", "again")
SLOW_MS = 300.0
"""What may take so long hashes or waits for a model: it would disturb whatever is asked beside it."""
ENOUGH = 2400
"""Requests of an operation on each side, from which a p50 that is a fifth slower is found 95 times in 100."""
Sides = dict[str, tuple[Arm, Arm, Arm | None]]


@dataclass(frozen=True)
class Plan:
    """`pairs` times three blocks of `seconds`, each with `rate` requests a second spread evenly over the operations."""

    pairs: int = 240
    seconds: float = 2.0
    rate: float = 60.0
    people: int = 5
    seed: int = 1


def enough(operations: int, seconds: float, rate: float) -> int:
    """Pairs that give each operation ENOUGH requests on each side, at least the usual."""
    return max(Plan.pairs, -(-ENOUGH * operations // round(seconds * rate)))


@dataclass(frozen=True)
class Measured:
    sides: Sides
    failed: dict[str, int]
    """Unexpected answers by side."""
    late_p99_ms: float

    @property
    def kept_up(self) -> bool:
        return self.late_p99_ms <= LATE_MS


def compared(mix: dict[str, Operation], wanted: set[str]) -> dict[str, Operation]:
    """What is asked, all with the same share: those that are wanted, else all that are quick and use nothing up."""
    found = {
        name: replace(one, share=1.0)
        for name, one in mix.items()
        if (name in wanted if wanted else one.p95_ms < SLOW_MS and not one.takes)
    }
    if unknown := wanted - set(found):
        raise ValueError(f"not in the mix of both commits: {', '.join(sorted(unknown))}")
    return found


def block(mix: dict[str, Operation], plan: Plan, rng: np.random.Generator) -> list[Arrival]:
    """The requests of one block; every operation as often as any other, but for one."""
    number = round(plan.seconds * plan.rate)
    names = list(mix) * -(-number // len(mix))
    chosen = [names[index] for index in rng.permutation(number)] if number <= len(mix) else names[:number]
    order = rng.permutation(len(chosen))
    times = np.sort(rng.uniform(0, plan.seconds, len(chosen)))
    return [Arrival(float(at), chosen[what], int(rng.integers(0, 1000))) for at, what in zip(times, order, strict=True)]


async def measure(a: Target, b: Target, mix: dict[str, Operation], plan: Plan, say: Callable[[str], None]) -> Measured:
    """All pairs. Each block's requests are the same on the three sides; the first block of each cloud only warms."""
    rng = np.random.default_rng(plan.seed)
    rows: dict[str, list[tuple[int, Records]]] = {side: [] for side in SIDES}
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(world_of(a, plan.people))
        second = first if b is a else await stack.enter_async_context(world_of(b, plan.people))
        worlds = {"a": first, "b": second, "again": first}
        for world in {id(world): world for world in worlds.values()}.values():
            say("every operation a few times, so that it is warm …")
            await _warm(world, mix)
        began = signed_in = time.monotonic()
        for pair in range(plan.pairs):
            arrivals = block(mix, plan, rng)
            if time.monotonic() - signed_in > 900:  # tokens live for half an hour
                signed_in = time.monotonic()
                for world in (first, second):
                    await world.prepare(Counter())
            for side in rng.permutation(SIDES):
                needed = Counter(mix[one.operation].takes for one in arrivals if mix[one.operation].takes)
                await worlds[side].prepare_pools(needed)
                rows[side].append((pair, await Driver(worlds[side], mix).run(arrivals)))
            if pair % 10 == 9:
                say(f"{pair + 1} of {plan.pairs} pairs, {time.monotonic() - began:.0f} s")
    return _measured(list(mix), rows)


async def _warm(world: World, mix: dict[str, Operation]) -> None:
    for turn in range(3):
        needed = Counter(one.takes for one in mix.values() if one.takes)
        await world.prepare_pools(needed)
        await Driver(world, mix).run([Arrival(0.05 * number, name, turn) for number, name in enumerate(mix)])


def _measured(names: list[str], rows: dict[str, list[tuple[int, Records]]]) -> Measured:
    def arm(side: str, name: str) -> Arm:
        values, pairs = [], []
        for pair, records in rows[side]:
            own = records.of(name)
            good = own.latency[~own.failed]
            values.append(good)
            pairs.append(np.full(len(good), pair))
        return Arm(np.concatenate(values), np.concatenate(pairs))

    sides: Sides = {name: (arm("a", name), arm("b", name), arm("again", name)) for name in names}
    failed = {side: int(sum(records.failed.sum() for _, records in rows[side])) for side in SIDES}
    late = np.concatenate([records.late for blocks in rows.values() for _, records in blocks]) * 1000
    return Measured(sides, failed, round(quantile(late, 0.99), 2))


def run(a: Target, b: Target, mix: dict[str, Operation], plan: Plan, say: Callable[[str], None]) -> Measured:
    return asyncio.run(measure(a, b, mix, plan, say))

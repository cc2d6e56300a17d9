"""What one request costs: each operation asked alone, so that what is counted meanwhile is its own."""

import time
from collections import Counter
from statistics import median
from typing import Any

from tests.performance.framework.driver import send
from tests.performance.framework.mix import Operation
from tests.performance.framework.observe import Eye
from tests.performance.framework.world import World


async def counted(world: World, mix: dict[str, Operation], eye: Eye | None, times: int) -> dict[str, dict[str, Any]]:
    """By operation: the medians of `times` calls after one that warms; statements of the authorizer are in it.

    A median, because a schedule that runs once a minute may fall into one of the calls.
    """
    found = {}
    for name, operation in mix.items():
        if operation.takes:
            await world.prepare(Counter({operation.takes: times + 1}))
        looks: list[dict[str, float]] = []
        statuses: Counter[int] = Counter()
        for turn in range(times + 1):
            before = eye.counts(host=True) if eye else None
            began = time.perf_counter()
            status, content = await send(world.session, world.request(operation, turn))
            took = (time.perf_counter() - began) * 1000
            if 200 <= status < 300:
                world.keep(operation, turn, content)
            if turn == 0:
                continue
            statuses[status] += 1
            look: dict[str, float] = {"ms": took}
            if eye and before:
                after = eye.counts(host=True)
                billed, invoked = _billed(before.host, after.host)
                look |= {
                    "statements": after.all_statements - before.all_statements,
                    "round_trips": after.all_round_trips - before.all_round_trips,
                    "cache_calls": after.cache_calls - before.cache_calls,
                    "hits": after.hits - before.hits,
                    "misses": after.misses - before.misses,
                    "gb_seconds": billed,
                    "invocations": invoked,
                }
            looks.append(look)
        found[name] = {
            **{key: round(median(look[key] for look in looks), 6) for key in looks[0]},
            "statuses": {str(status): number for status, number in statuses.items()},
        }
    return found


def _billed(before: dict[str, Any], after: dict[str, Any]) -> tuple[float, int]:
    """GB-seconds and invocations of all functions."""
    gigabytes = invocations = 0.0
    for name, stats in after.items():
        earlier = before.get(name, {"busy_seconds": 0.0, "invocations": 0})
        gigabytes += (stats["busy_seconds"] - earlier["busy_seconds"]) * stats["memory_mb"] / 1024
        invocations += stats["invocations"] - earlier["invocations"]
    return gigabytes, int(invocations)

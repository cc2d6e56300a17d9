"""How many requests all sandboxes have answered, how fast, and how many failed: counted here, summed up in Valkey.

A sandbox sends its counts every few seconds and not with each request, so the last few of a sandbox that falls silent
come with its next request, or never. Nothing decides by these numbers; people read them.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from assistant.platform.cache_store import pipelined
from assistant.platform.observability import logger
from assistant.platform.valkey import Valkey, ValkeyDown, valkey

SEND_SECONDS = 5.0
KEPT_MINUTES = 60
TOTALS = "{statistics}:requests"
BUCKETS = (5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2500, 5000)  # milliseconds, upper ends


@dataclass
class Served:
    """Counts of requests, of their statements and of their cached reads.

    `times`: how many ended within each bucket's upper end and not within the one before; the last took longer.
    """

    requests: int = 0
    failed: int = 0
    refused: int = 0
    milliseconds: int = 0
    statements: int = 0
    database_us: int = 0
    hits: int = 0
    misses: int = 0
    times: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))

    def add(self, other: "Served") -> None:
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.times = [mine + theirs for mine, theirs in zip(self.times, other.times, strict=True)]

    def quantile(self, share: float) -> float | None:
        """Milliseconds that this share of the requests stayed within, from the buckets (linear inside one); None
        without requests. What took longer than the last bucket counts as twice its end."""
        wanted, before, low = share * sum(self.times), 0, 0.0
        if not wanted:
            return None
        for count, high in zip(self.times, (*BUCKETS, 2 * BUCKETS[-1]), strict=True):
            if count and before + count >= wanted:
                return round(low + (high - low) * (wanted - before) / count, 1)
            before, low = before + count, float(high)
        return float(2 * BUCKETS[-1])


NAMES = ("requests", "failed", "refused", "milliseconds", "statements", "database_us", "hits", "misses")


class Traffic:
    """The counts of a sandbox."""

    def __init__(self, valkey_of: Valkey, now: Callable[[], float] = time.time) -> None:
        self._valkey, self._now = valkey_of, now
        self._waiting: dict[str, Served] = {}
        self._sent_at = 0.0

    def note(
        self,
        route: str,
        status: int,
        seconds: float,
        statements: int,
        database_seconds: float,
        cached: Mapping[str, int],
    ) -> None:
        """Count one request, and send what has gathered when it is time."""
        one = Served(
            1, status >= 500, 400 <= status < 500, round(seconds * 1000), statements, round(database_seconds * 1e6),
            cached.get("hits", 0), cached.get("misses", 0) + cached.get("bypassed", 0),
        )  # fmt: skip
        one.times[next((n for n, end in enumerate(BUCKETS) if seconds * 1000 <= end), len(BUCKETS))] = 1
        self._waiting.setdefault(route, Served()).add(one)
        # A function that has no other use for Valkey does not open a connection for its statistics.
        if self._valkey.is_open and self._now() - self._sent_at >= SEND_SECONDS:
            self.send()

    def send(self) -> None:
        """One round trip; what cannot be sent is dropped, since it is only statistics."""
        waiting, self._waiting, self._sent_at = self._waiting, {}, self._now()
        minute = f"{TOTALS}:{int(self._now()) // 60}"
        commands: list[tuple[Any, ...]] = []
        together = Served()
        for route, served in waiting.items():
            together.add(served)
            commands += [("hincrby", TOTALS, f"{route}\n{name}", n) for name, n in _fields(served)]
        commands += [("hincrby", minute, name, n) for name, n in _fields(together)]
        commands.append(("expire", minute, KEPT_MINUTES * 60))
        try:
            self._valkey.ask(lambda client: pipelined(client, commands))
        except ValkeyDown:
            logger.debug("traffic_dropped")

    def routes(self) -> dict[str, Served]:
        """All that was counted since the statistics began, by route; raises ValkeyDown."""
        [stored] = self._valkey.ask(lambda client: pipelined(client, [("hgetall", TOTALS)]))
        by_route: dict[str, dict[bytes, bytes]] = {}
        for key, number in stored.items():
            route, _, name = key.partition(b"\n")
            by_route.setdefault(route.decode(), {})[name] = number
        return {route: _served(fields) for route, fields in sorted(by_route.items())}

    def recent(self, minutes: int) -> Served:
        """The last minutes, with the running one, over all routes; raises ValkeyDown."""
        now = int(self._now()) // 60
        commands = [("hgetall", f"{TOTALS}:{now - n}") for n in range(minutes + 1)]
        total = Served()
        for fields in self._valkey.ask(lambda client: pipelined(client, commands)):
            total.add(_served(fields))
        return total


def _fields(served: Served) -> Iterable[tuple[str, int]]:
    named = [(name, int(getattr(served, name))) for name in NAMES]
    return [(name, n) for name, n in [*named, *((f"time:{n}", count) for n, count in enumerate(served.times))] if n]


def _served(fields: Mapping[bytes, bytes]) -> Served:
    served = Served(times=[int(fields.get(f"time:{n}".encode(), 0)) for n in range(len(BUCKETS) + 1)])
    for name in NAMES:
        setattr(served, name, int(fields.get(name.encode(), 0)))
    return served


@lru_cache(maxsize=1)
def traffic() -> Traffic:
    """The counts of this sandbox."""
    return Traffic(valkey())

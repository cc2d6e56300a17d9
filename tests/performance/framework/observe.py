"""What the parts of the local cloud did meanwhile: memory, CPU, statements, cache calls, cold starts."""

import json
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pg8000.native
import redis

from local.addresses import Addresses
from local.parts.valkey import ADMINISTRATOR, PASSWORD
from tests.performance.framework.processes import Usage, used_by

EVERY = 5.0


@dataclass(frozen=True)
class Counts:
    """Totals since the cloud's start."""

    statements: dict[str, int]
    """By the function that sent them."""
    round_trips: dict[str, int]
    cache_calls: int
    hits: int
    misses: int
    host: dict[str, Any] = field(default_factory=dict)

    @property
    def all_statements(self) -> int:
        return sum(self.statements.values())

    @property
    def all_round_trips(self) -> int:
        return sum(self.round_trips.values())


class Eye:
    """Looks at a local cloud; each look costs the cloud nothing but two commands that are not counted."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._valkey = redis.Redis(
            addresses.cache_host, addresses.cache_port, username=ADMINISTRATOR, password=PASSWORD
        )
        self.parts = dict(addresses.pids)

    def counts(self, host: bool = False) -> Counts:
        report = _get(self._addresses.pins_url)
        commands = self._valkey.info("commandstats")
        stats = self._valkey.info("stats")
        own = {"cmdstat_info", "cmdstat_auth", "cmdstat_hello", "cmdstat_client|setinfo"}
        return Counts(
            report["statements"],
            report["round_trips"],
            sum(int(one["calls"]) for name, one in commands.items() if name not in own),
            int(stats["keyspace_hits"]),
            int(stats["keyspace_misses"]),
            _get(f"{self._addresses.lambda_endpoint_url}/stats") if host else {},
        )

    def tasks_since(self, moment: datetime) -> dict[str, int]:
        """How many tasks were submitted since then, by what they are now; read past the proxy, which counts."""
        here = self._addresses
        connection = pg8000.native.Connection(
            here.database_owner,
            host=here.database_direct_host,
            port=here.database_direct_port,
            database=here.database_name,
        )
        try:
            rows = connection.run(
                "SELECT status, count(*) FROM tasks WHERE created_at >= :at GROUP BY status", at=moment
            )
            return {str(status): int(count) for status, count in rows or ()}
        finally:
            connection.close()

    def usage(self) -> Usage:
        return used_by(self.parts)


class Watching:
    """Samples memory and CPU in a thread of its own while a stage runs."""

    def __init__(self, eye: Eye) -> None:
        self._eye, self._ended = eye, threading.Event()
        self.samples: list[tuple[float, Usage]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watching":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self.samples.append((time.monotonic() - self._began, self._eye.usage()))
            if self._ended.wait(EVERY):
                self.samples.append((time.monotonic() - self._began, self._eye.usage()))
                return


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own parts
        return dict(json.load(answer))

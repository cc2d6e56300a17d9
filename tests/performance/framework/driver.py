"""Sends what the schedule says when it says so, and notes how long each took from when it was meant to be sent."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import numpy as np

from tests.performance.framework.mix import Operation
from tests.performance.framework.quantiles import Array
from tests.performance.framework.schedule import Arrival
from tests.performance.framework.world import Request, World

TIMEOUT = 30.0
NO_ANSWER = 0  # the status of a request that was cut or timed out


@dataclass(frozen=True)
class Records:
    """One row per request, in columns. Times in seconds from the stage's start, latencies in milliseconds."""

    operations: list[str]
    which: Array
    intended: Array
    late: Array
    """How much later than intended our own process sent it: the instrument's error, part of the latency."""
    latency: Array
    status: Array
    failed: Array

    def of(self, operation: str) -> "Records":
        return self.where(self.which == self.operations.index(operation))

    def where(self, rows: Array) -> "Records":
        return Records(self.operations, self.which[rows], self.intended[rows], self.late[rows], self.latency[rows],
                       self.status[rows], self.failed[rows])  # fmt: skip


Row = tuple[int, float, float, float, int, bool]


class Driver:
    """One stage against one address. `on_row` hears of each request that ended, for a stage that may be broken off."""

    def __init__(self, world: World, mix: dict[str, Operation], on_row: Callable[[Row], None] | None = None) -> None:
        self._world, self._mix, self._on_row = world, mix, on_row
        self._names = list(mix)
        self._rows: list[Row] = []
        self.stopped = False

    async def run(self, arrivals: list[Arrival]) -> Records:
        """All of them, and wait for the last answer. The garbage collector's pauses are ours and show as `late`."""
        began = time.perf_counter()
        running: set[asyncio.Task[None]] = set()
        for arrival in arrivals:
            if self.stopped:
                break
            pause = began + arrival.at - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            task = asyncio.create_task(self._one(arrival, began))
            running.add(task)
            task.add_done_callback(running.discard)
        while running:
            await asyncio.wait(running)
        return self._records()

    async def _one(self, arrival: Arrival, began: float) -> None:
        operation = self._mix[arrival.operation]
        request = self._world.request(operation, arrival.user)
        late = time.perf_counter() - began - arrival.at
        status, content = await send(self._world.session, request)
        latency = time.perf_counter() - began - arrival.at
        good = 200 <= status < 300
        if good:
            self._world.keep(operation, arrival.user, content)
        row = (self._names.index(operation.name), arrival.at, late, latency * 1000, status,
               not good and status not in operation.expected)  # fmt: skip
        self._rows.append(row)
        if self._on_row:
            self._on_row(row)

    def _records(self) -> Records:
        columns = list(zip(*sorted(self._rows, key=lambda row: row[1]), strict=True)) or [()] * 6
        which, intended, late, latency, status, failed = columns
        return Records(
            self._names,
            np.array(which, dtype=int),
            np.array(intended, dtype=float),
            np.array(late, dtype=float),
            np.array(latency, dtype=float),
            np.array(status, dtype=int),
            np.array(failed, dtype=bool),
        )


async def send(session: aiohttp.ClientSession, request: Request) -> tuple[int, bytes]:
    """The status and the whole body; NO_ANSWER when there was none."""
    try:
        async with session.request(
            request.method, request.path, headers=request.headers, data=request.body, params=request.query
        ) as answer:
            return answer.status, await answer.read()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return NO_ANSWER, b""


def session(address: str) -> aiohttp.ClientSession:
    """As many connections as there are requests under way: an open model never queues on our side."""
    return aiohttp.ClientSession(
        address, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=TIMEOUT)
    )

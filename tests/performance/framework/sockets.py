"""Sockets that are held while a stage runs: each pings in its own time, and hears what its user is told."""

import asyncio
import contextlib
import json
import time
from collections import Counter, deque
from typing import Any

import aiohttp
import numpy as np

from tests.performance.framework.quantiles import quantile
from tests.performance.framework.world import World

OPENING = 8  # handshakes at once
PINGS_A_SECOND = 20.0
"""Over all sockets: a ping is an invocation each, and hundreds of sockets at once would measure only them."""


class Sockets:
    """Opens them, keeps them busy, counts what they heard. Latency of a ping from when it was meant to be sent."""

    def __init__(self, world: World, address: str) -> None:
        self._world, self._address = world, address
        self._open: list[aiohttp.ClientWebSocketResponse] = []
        self._waiting: list[deque[float]] = []
        self._listening: list[asyncio.Task[None]] = []
        self.pongs: list[float] = []
        self.pings = self.lost = self.refused = 0
        self.heard: Counter[str] = Counter()
        self._ending = False
        self.opening_seconds = 0.0

    async def open(self, number: int) -> None:
        began, gate = time.perf_counter(), asyncio.Semaphore(OPENING)

        async def one(index: int) -> None:
            person = self._world.people[index % len(self._world.people)]
            async with gate:
                try:
                    socket = await self._world.session.ws_connect(
                        self._address, protocols=("bearer", person.token), timeout=aiohttp.ClientWSTimeout(ws_close=1)
                    )
                except (aiohttp.ClientError, TimeoutError, OSError):
                    self.refused += 1
                    return
            self._open.append(socket)
            self._waiting.append(deque())
            self._listening.append(asyncio.create_task(self._listen(len(self._open) - 1)))

        await asyncio.gather(*(one(index) for index in range(number)))
        self.opening_seconds = time.perf_counter() - began

    async def _listen(self, index: int) -> None:
        async for message in self._open[index]:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            kind = json.loads(message.data)["type"]
            self.heard[kind] += 1
            if kind == "pong" and self._waiting[index]:
                self.pongs.append((time.perf_counter() - self._waiting[index].popleft()) * 1000)
        if not self._ending:
            self.lost += 1

    async def ping(self, seconds: float, seed: int) -> None:
        """Pings at random moments and from random sockets, for so many seconds."""
        rng = np.random.default_rng(seed)
        began = time.perf_counter()
        for at in np.sort(rng.uniform(0, seconds, int(seconds * PINGS_A_SECOND))):
            await asyncio.sleep(max(0.0, began + at - time.perf_counter()))
            index = int(rng.integers(0, len(self._open)))
            if self._open[index].closed:
                continue
            self._waiting[index].append(began + at)
            self.pings += 1
            with contextlib.suppress(ConnectionError):
                await self._open[index].send_str(json.dumps({"type": "ping"}))

    async def close(self) -> None:
        """Wait for the last pongs, at most five seconds, and leave."""
        deadline = time.perf_counter() + 5
        while len(self.pongs) < self.pings and time.perf_counter() < deadline:  # noqa: ASYNC110 - a count is reached
            await asyncio.sleep(0.05)
        self._ending = True
        await asyncio.gather(*(socket.close() for socket in self._open), return_exceptions=True)
        for task in self._listening:
            task.cancel()

    def summary(self) -> dict[str, Any]:
        pongs = np.array(self.pongs)
        return {
            "held": len(self._open) - self.lost,
            "refused": self.refused,
            "lost": self.lost,
            "opening_seconds": round(self.opening_seconds, 2),
            "pings": self.pings,
            "pongs": len(self.pongs),
            "p50_ms": round(quantile(pongs, 0.5), 1) if len(pongs) else None,
            "p99_ms": round(quantile(pongs, 0.99), 1) if len(pongs) else None,
            "heard": dict(self.heard),
        }

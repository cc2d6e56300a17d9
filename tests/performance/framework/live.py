"""The instrument against a real server with planted faults: latencies to record, a stall, a leak."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import numpy as np

from local.process import die_with_parent, free_port
from tests.performance.framework.driver import Driver, Records, session
from tests.performance.framework.mix import Operation
from tests.performance.framework.processes import pss_megabytes
from tests.performance.framework.quantiles import Array
from tests.performance.framework.schedule import Stage, arrivals
from tests.performance.framework.target import answers
from tests.performance.framework.under_test import ROOT
from tests.performance.framework.world import Person, World


@dataclass(frozen=True)
class FakeServer:
    url: str
    pid: int

    def run(self, arm: str, seconds: float, rate: float, seed: int, **planted: float) -> Records:
        """Plant, then send `rate` requests a second at an arm, as a stage of the load test does."""
        return asyncio.run(self._run(arm, seconds, rate, seed, planted))

    async def _run(self, arm: str, seconds: float, rate: float, seed: int, planted: dict[str, float]) -> Records:
        mix = {arm: Operation(arm, "GET", f"/{arm}", 1.0, "nobody")}
        async with session(self.url) as opened:
            await self._plant(opened, arm, planted)
            world = World(opened, Person("", ""), [Person("", "")])
            plan = arrivals(Stage(arm, seconds, users=1), mix, rate, seed)
            return await Driver(world, mix).run(plan)

    def closed(self, arm: str, seconds: float, **planted: float) -> Array:
        """Milliseconds as one client sees them that asks again when it was answered, and counts from then."""
        return asyncio.run(self._closed(arm, seconds, planted))

    async def _closed(self, arm: str, seconds: float, planted: dict[str, float]) -> Array:
        times = []
        async with session(self.url) as opened:
            await self._plant(opened, arm, planted)
            ends = time.perf_counter() + seconds
            while time.perf_counter() < ends:
                began = time.perf_counter()
                async with opened.get(f"/{arm}") as answer:
                    await answer.read()
                times.append((time.perf_counter() - began) * 1000)
        return np.array(times)

    async def _plant(self, opened: aiohttp.ClientSession, arm: str, planted: dict[str, Any]) -> None:
        async with opened.post(f"/{arm}/plant", json=planted) as answer:
            answer.raise_for_status()

    def memory(self, arm: str, seconds: float, rate: float, every: float, leak: int) -> tuple[Array, Array]:
        """Seconds and the server's PSS in MB while it is asked; `leak` bytes stay with each request."""
        return asyncio.run(self._memory(arm, seconds, rate, every, leak))

    async def _memory(self, arm: str, seconds: float, rate: float, every: float, leak: int) -> tuple[Array, Array]:
        asking = asyncio.create_task(self._run(arm, seconds, rate, 1, {"leak": leak, "factor": 0.2}))
        began, times, values = time.perf_counter(), [], []
        while not asking.done():
            times.append(time.perf_counter() - began)
            values.append(pss_megabytes(self.pid))
            await asyncio.wait({asking}, timeout=every)
        return np.array(times), np.array(values)


@contextmanager
def fake_server() -> Iterator[FakeServer]:
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.performance.framework.fake_server", str(port)],
        cwd=ROOT, preexec_fn=die_with_parent, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        answers(f"http://127.0.0.1:{port}/warm")
        yield FakeServer(f"http://127.0.0.1:{port}", child.pid)
    finally:
        child.terminate()
        child.wait()

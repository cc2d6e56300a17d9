"""The sandboxes of one function: started on demand, reused warm, replaced when the source changes."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from local.lambda_host.function import Function, Outcome, ThrottledError
from local.lambda_host.sandbox import Sandbox, describe

START = Callable[[Function], Awaitable[tuple[Sandbox, Outcome | None]]]


class Pool:
    """At most `limit` sandboxes. Beyond it requests wait; beyond a reserved concurrency they are refused.

    A request that finds no idle sandbox has one started when `turns` lets it, and takes what is free first: a new one
    or one that another request is done with. So a spike waits for cores, not for starts that time out on them.
    """

    def __init__(self, function: Function, start: START, limit: int, turns: asyncio.Semaphore) -> None:
        self.function = function
        self.idle: list[Sandbox] = []
        self.busy: set[Sandbox] = set()
        self.cold_starts = self.invocations = self.errors = self.timeouts = self.throttles = 0
        self.init_ms: list[float] = []
        self.busy_seconds = 0.0
        """Of all invocations together: what AWS bills a function's memory for, but for its rounding."""
        self._start, self._turns = start, turns
        self._waiting: deque[asyncio.Future[Sandbox | Outcome]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._limit = limit if function.reserved_concurrency is None else function.reserved_concurrency
        self._active = 0
        self._room = asyncio.Condition()

    async def run(self, event: bytes, request_id: str, trace: str, source: int) -> Outcome:
        """Run one invocation in a sandbox of its own."""
        await self._enter()
        try:
            return await self._run(event, request_id, trace, source)
        finally:
            async with self._room:
                self._active -= 1
                self._room.notify()

    async def _enter(self) -> None:
        reserved = self.function.reserved_concurrency is not None
        async with self._room:
            if reserved and self._active >= self._limit:
                self.throttles += 1
                raise ThrottledError(self.function.name)
            while self._active >= self._limit:
                await self._room.wait()
            self._active += 1

    async def _run(self, event: bytes, request_id: str, trace: str, source: int) -> Outcome:
        self.invocations += 1
        sandbox = await self._take(source)
        if isinstance(sandbox, Outcome):
            self.errors += 1
            return sandbox
        self.busy.add(sandbox)
        began = time.monotonic()
        try:
            outcome = await sandbox.invoke(event, request_id, trace, self.function.timeout)
        finally:
            self.busy_seconds += time.monotonic() - began
            self.busy.discard(sandbox)
        self.errors += outcome.error is not None
        self.timeouts += outcome.timed_out
        if sandbox.alive:
            self._hand_over(sandbox)
        else:
            await sandbox.stop()
        return outcome

    async def _take(self, source: int) -> Sandbox | Outcome:
        """Return a sandbox of this source, or why none could be started."""
        while (found := await self._warm(source)) is None:
            waiting: asyncio.Future[Sandbox | Outcome] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            starting = asyncio.create_task(self._start_one())
            self._starting.add(starting)
            starting.add_done_callback(self._starting.discard)
            try:
                came = await waiting
            except asyncio.CancelledError:
                if not waiting.cancelled():
                    self._hand_over(waiting.result())
                raise
            if isinstance(came, Outcome) or (came.alive and came.source == source):
                return came
            await came.stop()
        return found

    async def _start_one(self) -> None:
        async with self._turns:
            if not self._waiting:  # whoever it was for has a freed one by now
                return
            self.cold_starts += 1
            sandbox, problem = await self._start(self.function)
        self.init_ms = [*self.init_ms[-99:], sandbox.init_seconds * 1000]
        self._hand_over(problem or sandbox)

    def _hand_over(self, came: Sandbox | Outcome) -> None:
        """Give it to the request that waits longest; a sandbox that nobody waits for is idle."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(came)
                return
        if isinstance(came, Sandbox):
            self.idle.append(came)

    async def _warm(self, source: int) -> Sandbox | None:
        while self.idle:
            sandbox = self.idle.pop()  # the most recently used, so that the others can grow idle
            if sandbox.alive and sandbox.source == source:
                return sandbox
            await sandbox.stop()
        return None

    async def reap(self, idle_seconds: float) -> None:
        """Stop the sandboxes that waited longer than allowed."""
        now = time.monotonic()
        old = [sandbox for sandbox in self.idle if not sandbox.alive or now - sandbox.idle_since > idle_seconds]
        await self._drop(old)

    async def drop_oldest(self) -> None:
        """Stop the sandbox that has been idle longest, to make room for another function."""
        if self.idle:
            await self._drop([min(self.idle, key=lambda sandbox: sandbox.idle_since)])

    async def close(self) -> int:
        """Kill all sandboxes, also busy ones (their callers see a crash); return how many there were."""
        everyone = [*self.idle, *self.busy]
        self.idle.clear()
        await asyncio.gather(*(sandbox.stop() for sandbox in everyone))
        return len(everyone)

    async def _drop(self, sandboxes: list[Sandbox]) -> None:
        self.idle = [sandbox for sandbox in self.idle if sandbox not in sandboxes]
        await asyncio.gather(*(sandbox.stop() for sandbox in sandboxes))

    def stats(self) -> dict[str, Any]:
        """Return counts since the start, cold start times and the memory of the living sandboxes."""
        inits = sorted(self.init_ms)
        return {
            "cold_starts": self.cold_starts,
            "init_ms_p50": round(inits[len(inits) // 2], 1) if inits else None,
            "init_ms_max": round(inits[-1], 1) if inits else None,
            "invocations": self.invocations,
            "busy_seconds": round(self.busy_seconds, 4),
            "memory_mb": self.function.memory,
            "errors": self.errors,
            "timeouts": self.timeouts,
            "throttles": self.throttles,
            "busy": len(self.busy),
            "sandboxes": [describe(sandbox) for sandbox in (*self.busy, *self.idle)],
        }

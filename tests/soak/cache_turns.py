"""Many readers, one at a time: who goes on at each step is drawn from a seed, so that a run can be replayed.

Each reader is a thread that gives its turn away wherever it would wait: for an answer of Valkey, for its source, for
another reader. Time is virtual and passes only in those waits.
"""

import heapq
import threading
from collections.abc import Callable
from random import Random
from typing import Any

Body = Callable[[], None]


class Turns:
    """`readers` threads that live as long as this, and the clock that they share."""

    def __init__(self, readers: int) -> None:
        threading.stack_size(256 * 1024)
        self.now, self.random = 1_000_000.0, Random(0)
        self._bodies: list[Body] = []
        self._failed: list[BaseException] = []
        self._waiting: list[tuple[float, float, int]] = []
        self._running = -1
        self._done = threading.Semaphore(0)
        self._turn = [threading.Semaphore(0) for _ in range(readers)]
        for number in range(readers):
            threading.Thread(target=self._live, args=(number,), daemon=True).start()

    def clock(self) -> float:
        return self.now

    def run(self, bodies: list[Body], seed: int) -> None:
        """All of them to their ends; raises what the first of them raised."""
        self.random, self._bodies, self._failed = Random(seed), bodies, []
        self._waiting = [(self.now, self.random.random(), number) for number in range(len(bodies))]
        heapq.heapify(self._waiting)
        self._give_away()
        self._done.acquire()
        if self._failed:
            raise self._failed[0]

    def pause(self, seconds: float) -> None:
        """Wait, and let others go on. Outside of a run there are no others."""
        if (me := self._running) < 0:
            self.now += seconds
            return
        heapq.heappush(self._waiting, (self.now + seconds, self.random.random(), me))
        if self._give_away() != me:
            self._turn[me].acquire()
            self._running = me

    def _give_away(self) -> int:
        """To whoever's wait ends next."""
        before = self._running
        at, _, number = heapq.heappop(self._waiting)
        self.now = max(self.now, at)
        if number != before:
            self._turn[number].release()
        return number

    def _live(self, number: int) -> None:
        while True:
            self._turn[number].acquire()
            self._running = number
            try:
                self._bodies[number]()
            except BaseException as error:
                self._failed.append(error)
            self._running = -1
            if self._waiting:
                self._give_away()
            else:
                self._done.release()


class InTurns:
    """A sandbox's Valkey whose answers take their time, on one connection: only one reader runs at a time."""

    def __init__(self, valkey: Any, turns: Turns, latency: float = 0.0005) -> None:
        self._valkey, self._turns, self._latency = valkey, turns, latency

    def ask(self, command: Callable[[Any], Any], *, insisting: bool = False) -> Any:
        self._turns.pause(self._turns.random.expovariate(1 / self._latency))
        return self._valkey.ask(command, insisting=insisting)

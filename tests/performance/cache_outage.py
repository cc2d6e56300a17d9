"""Valkey killed and started again while sandboxes in several processes read and change: no wrong answers, no stampede.

A wrong answer is one that is older than a change whose invalidation had returned before the answer was asked for.
"""

import multiprocessing
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import numpy as np

from assistant.platform.cache import Cache
from assistant.platform.cache_keys import Namespace
from assistant.platform.valkey import Valkey
from local.parts import valkey as valkey_part
from local.process import free_port
from tests.performance.framework.quantiles import quantile

KEYS, PROCESSES, SANDBOXES = 100, 4, 6
SOURCE_SECONDS, PAUSE_SECONDS, CHANGES = 0.01, 0.04, 0.02
KIND = Namespace("api_response", ttl=5)
PHASES = ("before", "down", "back", "after")
"""`back`: the seconds in which sandboxes still leave Valkey alone."""


@dataclass(frozen=True)
class Read:
    phase: str
    milliseconds: float
    state: str
    wrong: bool


@dataclass(frozen=True)
class Phase:
    name: str
    reads: int
    hits: int
    origin_calls: int
    at_once: int
    """The most origin calls for one key at a time."""
    p50_ms: float
    p95_ms: float
    wrong: int


@dataclass(frozen=True)
class Outage:
    phases: list[Phase]

    @property
    def wrong(self) -> int:
        return sum(phase.wrong for phase in self.phases)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(phase) for phase in self.phases]

    def table(self) -> str:
        head = "| Valkey | reads | hits | origin calls | at once for a key | p50 ms | p95 ms | wrong |"
        lines = [head, "|---|" + "---:|" * 7]
        for one in self.phases:
            values = (one.reads, one.hits, one.origin_calls, one.at_once, one.p50_ms, one.p95_ms, one.wrong)
            lines.append(f"| {one.name} | " + " | ".join(map(str, values)) + " |")
        return "\n".join(lines)


class Source:
    """What is true, shared by the processes: a version of each key, which only grows."""

    def __init__(self, phases: int) -> None:
        self.truth = multiprocessing.Array("l", KEYS)
        self.known = multiprocessing.Array("l", KEYS)
        """The version whose invalidation has returned."""
        self.busy = multiprocessing.Array("l", KEYS)
        self.calls = multiprocessing.Array("l", phases)
        self.at_once = multiprocessing.Array("l", phases)
        self.phase: Synchronized[int] = multiprocessing.Value("i", -1)

    def load(self, key: int) -> int:
        phase = max(0, self.phase.value)
        with self.busy.get_lock():
            self.busy[key] += 1
            self.calls[phase] += 1
            self.at_once[phase] = max(self.at_once[phase], self.busy[key])
        value = self.truth[key]
        time.sleep(SOURCE_SECONDS)  # what reading it takes
        with self.busy.get_lock():
            self.busy[key] -= 1
        return value

    def change(self, key: int, cache: Cache) -> None:
        with self.truth.get_lock():
            self.truth[key] += 1
            version = self.truth[key]
        cache.invalidate("outage", [f"k{key}"])
        with self.known.get_lock():
            self.known[key] = max(self.known[key], version)


def _sandbox(source: Source, seed: int, reads: list[Read]) -> None:
    cache, drawn = Cache(Valkey()), random.Random(seed)
    weights = [1 / (n + 1) ** 0.99 for n in range(KEYS)]
    while (phase := source.phase.value) < len(PHASES):
        [key] = drawn.choices(range(KEYS), weights)
        if phase >= 0 and drawn.random() < CHANGES:
            source.change(key, cache)
        known = source.known[key]
        began = time.perf_counter()
        answer = cache.get(KIND, "outage", str(key), [f"k{key}"], lambda key=key: source.load(key))  # type: ignore[misc]
        took = (time.perf_counter() - began) * 1000
        if phase >= 0:
            reads.append(Read(PHASES[phase], took, answer.state, answer.value < known))
        time.sleep(drawn.expovariate(1 / PAUSE_SECONDS))  # what a user takes to ask again


def _process(source: Source, seed: int, found: Any) -> None:
    reads: list[Read] = []
    threads = [threading.Thread(target=_sandbox, args=(source, seed * 100 + n, reads)) for n in range(SANDBOXES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.put([asdict(read) for read in reads])


def outage(seconds: float) -> Outage:
    """Each phase so long; `back` is as long as a sandbox leaves Valkey alone, and a second more."""
    source, found = Source(len(PHASES) + 1), multiprocessing.Queue()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        os.environ |= {"CACHE_HOST": "127.0.0.1", "CACHE_PORT": str(port), "CACHE_TLS": "off"}
        valkey = valkey_part.process(port, Path(folder), Path(folder) / "valkey.log")
        valkey.start()
        valkey.wait_ready()
        workers = [multiprocessing.Process(target=_process, args=(source, n, found)) for n in range(PROCESSES)]
        for worker in workers:
            worker.start()
        time.sleep(2)  # until what is asked often is there
        for number, name in enumerate(PHASES):
            if name == "down":
                valkey.kill()
            elif name == "back":
                valkey.start()
                valkey.wait_ready()
            source.phase.value = number
            time.sleep(6 if name == "back" else seconds)  # a phase lasts as long as it is watched
        source.phase.value = len(PHASES)
        reads = [Read(**read) for _ in workers for read in found.get(timeout=60)]
        for worker in workers:
            worker.join()
        valkey.stop()
    return Outage([_phase(source, number, reads) for number in range(len(PHASES))])


def _phase(source: Source, number: int, reads: Iterable[Read]) -> Phase:
    own = [read for read in reads if read.phase == PHASES[number]]
    times = np.array([read.milliseconds for read in own])
    return Phase(
        PHASES[number],
        len(own),
        sum(read.state == "hit" for read in own),
        source.calls[number],
        source.at_once[number],
        round(quantile(times, 0.5), 1),
        round(quantile(times, 0.95), 1),
        sum(read.wrong for read in own),
    )

"""`make soak-cache`: a thousand sandboxes read one key at its expiry, a thousand times: exactly one asks the source.

Each run is a seed: what ended the entry, when each reader comes, how long the source takes, and in which order their
commands reach Valkey. The caches are the functions' own and Valkey is real. --planted shows that the soak would see a
cache that does not lock, and one that does not look again once it has the lock.
"""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.platform.cache import REFRESH_AT, Cache
from assistant.platform.cache_keys import Namespace
from assistant.platform.cache_store import LOCK_MILLISECONDS, CacheStore
from assistant.platform.valkey import Valkey
from local.parts import valkey as valkey_part
from local.process import free_port
from tests.soak.cache_turns import InTurns, Turns

KIND = Namespace("api_response", ttl=100, stale=50)
EXPIRIES = ("past its time", "never stored", "invalidated", "flushed", "early refresh")
TOO_SLOW = LOCK_MILLISECONDS / 1000 * 0.8
"""The lock lives by the clock of Valkey: a run of this many seconds proves nothing and is repeated."""


class WithoutLock(CacheStore):
    """Planted: everybody may load."""

    def lock(self, name: str, tag_keys: Any = (), versions: Any = ()) -> str | None:
        super().lock(name, tag_keys, versions)
        return "everyone"


class WithoutSecondLook(Cache):
    """Planted: whoever has the lock loads, though another may have stored it since."""

    def _locked(self, namespace: Any, name: str, tag_keys: Any, load: Any, old: Any, token: Any) -> Any:
        return self._load(namespace, name, self._store.versions(tag_keys), load, old, token)


PLANTED = ("no-lock", "no-second-look")


@dataclass
class Found:
    """What the runs came to."""

    runs: int = 0
    repeated: int = 0
    reads: int = 0
    calls: Counter[int] = field(default_factory=Counter)
    """How many runs made so many origin calls."""
    wrong: int = 0
    expiries: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return self.runs > 0 and set(self.calls) == {1} and not self.wrong


def one_run(turns: Turns, real: Valkey, readers: int, seed: int, planted: str) -> tuple[str, int, int]:
    """(What ended the entry, origin calls, wrong answers.)"""
    drawn = random.Random(seed)
    random.seed(seed)  # the cache's own jitter
    expiry = EXPIRIES[seed % len(EXPIRIES)]
    owner, takes, spread = f"soak-{seed}", 10 ** drawn.uniform(-2.7, -1.1), 10 ** drawn.uniform(-4, -1.5)

    def sandbox() -> Cache:
        made = WithoutSecondLook if planted == "no-second-look" else Cache
        found = made(InTurns(real, turns), turns.clock, turns.pause)  # type: ignore[arg-type]
        if planted == "no-lock":
            found._store = WithoutLock(InTurns(real, turns))  # type: ignore[arg-type]
        return found

    real.ask(lambda client: client.flushall())
    if expiry != "never stored":
        sandbox().get(KIND, owner, "k", ["t"], lambda: "old")
        turns.now += KIND.ttl * (REFRESH_AT + 0.1 if expiry == "early refresh" else 0.5)
    if expiry == "past its time":
        turns.now += KIND.ttl
    elif expiry == "invalidated":
        sandbox().invalidate(owner, ["t"])
    elif expiry == "flushed":
        real.ask(lambda client: client.flushall())
    calls, answers = 0, Counter[str]()

    def load() -> str:
        nonlocal calls
        calls += 1
        turns.pause(takes)
        return "new"

    def read() -> None:
        turns.pause(turns.random.uniform(0, spread))
        answers[sandbox().get(KIND, owner, "k", ["t"], load).value] += 1

    turns.run([read] * readers, seed)
    return expiry, calls, readers - answers["new"] - (answers["old"] if expiry == "early refresh" else 0)


def soak(runs: int, readers: int, first: int = 1, planted: str = "", say: bool = False) -> Found:
    found, turns = Found(), Turns(readers)
    with server() as real:
        for seed in range(first, first + runs):
            while True:
                began = time.monotonic()
                expiry, calls, wrong = one_run(turns, real, readers, seed, planted)
                if time.monotonic() - began < TOO_SLOW:
                    break
                found.repeated += 1
            found.runs += 1
            found.reads += readers
            found.calls[calls] += 1
            found.wrong += wrong
            found.expiries[expiry] += 1
            if (calls != 1 or wrong) and len(found.examples) < 5:
                found.examples.append(f"seed {seed}, {expiry}: {calls} origin calls, {wrong} wrong answers")
            if say and found.runs % 100 == 0:
                print(f"{found.runs} runs, {found.reads} reads, origin calls by run {dict(found.calls)}", flush=True)
    return found


@contextmanager
def server() -> Iterator[Valkey]:
    """A Valkey of its own, and the environment in which the functions' client finds it."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = valkey_part.process(port, Path(folder), Path(folder) / "valkey.log")
        process.start()
        names = {"CACHE_HOST": "127.0.0.1", "CACHE_PORT": str(port), "CACHE_TLS": "off"}
        before = {name: os.environ.get(name) for name in names}
        os.environ.update(names)
        client = Valkey()
        try:
            process.wait_ready()
            yield client
        finally:
            client.close()
            process.stop()
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.soak_cache", description=__doc__)
    parser.add_argument("-n", type=int, default=1000, help="runs")
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each next run has the next")
    parser.add_argument("--planted", choices=PLANTED, default="")
    arguments = parser.parse_args()
    began = time.monotonic()
    found = soak(arguments.n, arguments.readers, arguments.seed, arguments.planted, say=True)
    took = time.monotonic() - began
    print(f"{found.runs} runs of {arguments.readers} readers in {took:.0f} s ({found.repeated} repeated)")
    print(f"ended by: {dict(found.expiries)}")
    print(f"origin calls: {dict(found.calls)} (calls: runs); wrong answers: {found.wrong} of {found.reads}")
    print("\n".join(["sound" if found.sound else "NOT SOUND", *found.examples]))
    return int(not found.sound)


if __name__ == "__main__":
    raise SystemExit(main())

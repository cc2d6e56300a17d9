"""`make bench-cache`: what the cache is worth, and what it does when Valkey is killed under load.

A replay of Zipf 0.99 requests in virtual time over four sandboxes, with changes of the source, beside the best cache
that knows the future; then Valkey killed and started again while threads in several processes read and write.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import redis

from assistant.platform.cache import Cache
from assistant.platform.cache_keys import Namespace
from assistant.platform.config import setting
from assistant.platform.valkey import Valkey
from local.parts.valkey import ADMINISTRATOR, PASSWORD
from tests.performance.cache_outage import outage
from tests.performance.framework.under_test import BUILD
from tests.performance.framework.zipf import best_hits, zipf
from tests.soak.soak_cache import server

SANDBOXES, REQUESTS_A_SECOND, CHANGE_EVERY = 4, 200.0, 500
VALUE = "x" * 1000


@dataclass(frozen=True)
class Replay:
    """A row: of `requests` for `keys`, each kept `ttl` seconds (`near`: in a sandbox); `room`: bytes, 0 is plenty."""

    name: str
    keys: int
    requests: int
    ttl: int = 600
    near: float = 0.0
    room: int = 0


REPLAYS = (
    Replay("1,000 keys", 1_000, 100_000),
    Replay("10,000 keys", 10_000, 200_000),
    Replay("10,000 keys, room for a part", 10_000, 200_000, room=6_000_000),
    Replay("1,000 keys, 5 s in the sandbox", 1_000, 100_000, ttl=120, near=5.0),
)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def replay(asked_of: Replay, real: Valkey, seed: int) -> dict[str, Any]:
    """Hit rate, the best possible and how old the oldest outdated answer was."""
    kind = Namespace("api_response", ttl=asked_of.ttl, in_process=asked_of.near)
    clock, rng, owner = Clock(), Random(seed), f"replay-{seed}"
    with redis.Redis(port=int(setting("CACHE_PORT")), username=ADMINISTRATOR, password=PASSWORD) as operator:
        operator.flushall()
        empty = operator.info("memory")["used_memory"]
        operator.config_set("maxmemory", empty + asked_of.room if asked_of.room else 0)
        caches = [Cache(real, clock, lambda _: None) for _ in range(SANDBOXES)]
        asked = zipf(asked_of.keys, asked_of.requests, seed)
        truth, changed_at, changed = [0] * asked_of.keys, [0.0] * asked_of.keys, dict[int, int]()
        hits = outdated = 0
        oldest, kept = 0.0, list[int]()
        began = time.monotonic()
        for at, key in enumerate(asked.tolist()):
            clock.now += rng.expovariate(REQUESTS_A_SECOND)
            if at % CHANGE_EVERY == CHANGE_EVERY - 1:
                changed[at] = other = int(asked[rng.randrange(len(asked))])
                truth[other], changed_at[other] = truth[other] + 1, clock.now
                rng.choice(caches).invalidate(owner, [f"k{other}"])
            answer = rng.choice(caches).get(kind, owner, str(key), [f"k{key}"], lambda key=key: [truth[key], VALUE])
            hits += answer.state == "hit"
            if answer.value[0] != truth[key]:
                outdated, oldest = outdated + 1, max(oldest, clock.now - changed_at[key])
            if at % (len(asked) // 20) == 0 and at > len(asked) / 4:
                kept.append(entries(operator, owner))
        room = max(kept) if asked_of.room else asked_of.keys
        operator.config_set("maxmemory", 0)
    rate, best = hits / len(asked), best_hits(asked, changed, room) / len(asked)
    return {
        **asdict(asked_of),
        "hit_rate": round(rate, 4), "best": round(best, 4), "below_best": round(best - rate, 4),
        "entries": room, "changes": len(changed), "outdated": outdated, "oldest_outdated_s": round(oldest, 2),
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def entries(operator: Any, owner: str) -> int:
    """How many entries (and not tags or counts) Valkey holds: the optimum gets as much room."""
    return sum(1 for _ in operator.scan_iter(match=f"{{{owner}}}:api_response:*", count=5000))


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| replay | requests | hit rate | best possible | below it | outdated | at most |", "|---|" + "---:|" * 6]
    for row in rows:
        lines.append(
            f"| {row['name']} ({row['entries']:,} entries) | {row['requests']:,} | {row['hit_rate']:.2%} "
            f"| {row['best']:.2%} | {row['below_best']:.2%} | {row['outdated']} | {row['oldest_outdated_s']} s |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.bench_cache", description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="of the requests")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each phase of the outage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=BUILD / "cache.json")
    arguments = parser.parse_args()
    rows = []
    for asked in REPLAYS:
        with server() as real:
            smaller = Replay(**{**asdict(asked), "requests": round(asked.requests * arguments.part)})
            rows.append(replay(smaller, real, arguments.seed))
            print(json.dumps(rows[-1]), flush=True)
    lost = outage(arguments.seconds)
    print("\n" + table(rows) + "\n\n" + lost.table())
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"replays": rows, "outage": lost.as_json()}, indent=1))
    held = not lost.wrong and all(row["oldest_outdated_s"] <= row["near"] for row in rows)
    print(f"\n{'held' if held else 'NOT HELD'}; written: {arguments.out}")
    return int(not held)


if __name__ == "__main__":
    raise SystemExit(main())

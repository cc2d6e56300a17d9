"""`make perf-selftest`: what the instrument says of differences that are known, because they were planted.

Live, against a server over real sockets: a stall that a closed loop hides, a leak, and the latencies that the trials
then use. In trials: two equal sides, +20 % and +5 %, on a machine that drifts and has slow minutes. Exit code 1 when
anything that must hold does not.
"""

import argparse
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.performance.framework.live import FakeServer, fake_server
from tests.performance.framework.quantiles import Array, quantile
from tests.performance.framework.trials import Shape, leak_found, leaking, queue, reports
from tests.performance.framework.under_test import BUILD

FALSE_ALARMS, CAUGHT = 0.01, 0.95


@dataclass(frozen=True)
class Size:
    """How much of each. SMALL is part of `make test`, which must hold on a busy machine too: its trials draw."""

    recorded_seconds: float
    stall_seconds: float
    stall: float
    every: float
    leak_seconds: float
    equal: int
    planted: int
    shape: Shape = field(default_factory=Shape)
    processes: int = 1


FULL = Size(90, 31, 1.0, 10.0, 12, equal=1000, planted=100, processes=os.cpu_count() or 1)
SMALL = Size(0, 2.4, 0.3, 1.2, 2, equal=40, planted=12, shape=Shape(pairs=150, operations=3))
RATE = 60.0
GROWTH = 1.0  # MB a minute, as the score asks


@dataclass
class Findings:
    """What was asked of the instrument, what it said, and whether that will do."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, what: str, said: str, held: bool) -> None:
        self.rows.append({"what": what, "said": said, "held": held})
        print(f"{'ok  ' if held else 'FAIL'} {what:<46} {said}", flush=True)

    @property
    def held(self) -> bool:
        return all(row["held"] for row in self.rows)


def recording(server: FakeServer, size: Size) -> Array:
    """Milliseconds: real ones of an arm that nobody else asks; without the time for it drawn ones with a heavy tail."""
    if size.recorded_seconds:
        return server.run("a", size.recorded_seconds, RATE, seed=1).latency
    rng = np.random.default_rng(1)
    slow = np.where(rng.random(6000) < 0.02, rng.exponential(20, 6000), 0)
    return np.asarray(4 * rng.lognormal(0, 0.35, 6000) + slow)


def stalls(server: FakeServer, size: Size, found: Findings) -> None:
    planted = {"stall": size.stall, "every": size.every}
    opened = server.run("stalled", size.stall_seconds, RATE, seed=2, **planted)
    closed = server.closed("stalled", size.stall_seconds, **planted)
    calm = server.run("calm", size.stall_seconds / 3, RATE, seed=3)
    seen, hidden, usual = (quantile(values, 0.95) for values in (opened.latency, closed, calm.latency))
    least = size.stall * 1000 * 0.2  # a tenth of all meet half of the stall or more
    text = f"open p95 {seen:.0f} ms; a closed loop would say {hidden:.0f} ms; without the stall {usual:.0f} ms"
    found.add(f"live: {size.stall:g} s stall every {size.every:g} s", text, seen > least and seen > 3 * hidden)


def leaks(server: FakeServer, size: Size, found: Findings) -> None:
    every = size.leak_seconds / 24
    for leak in (40_000, 0):
        times, values = server.memory(f"leak{leak}", size.leak_seconds, 200, every, leak)
        kept = times > size.leak_seconds / 6  # what a process takes when it begins to be asked is no leak
        said = leak_found(times[kept], values[kept], GROWTH * 20, seed=1)
        grown = values[-1] - values[kept][0]
        words = f"{grown:+.1f} MB in {size.leak_seconds:.0f} s, judged {'a leak' if said else 'no leak'}"
        found.add(f"live: {leak / 1000:.0f} KB kept per request", words, said == bool(leak))


def trials(recorded: Array, size: Size, found: Findings) -> None:
    rates = {}
    for name, factor, number in (
        ("equal", 1.0, size.equal),
        ("+20 %", 1.2, size.planted),
        ("+5 %", 1.05, size.planted),
    ):
        rates[name] = reports(recorded, size.shape, factor, number, seed=7, processes=size.processes)
    equal = rates["equal"]
    share = equal["any"] / equal["reports"]
    text = f"{equal['any']} of {equal['reports']} reports named a difference ({share:.1%})"
    found.add("trials: A/A false alarms, of whole reports", text, share <= FALSE_ALARMS)
    twenty = rates["+20 %"]
    judged = sum(twenty[verdict] for verdict in ("slower", "faster", "same", "cannot tell"))
    text = f"{twenty['slower']} of {judged} p50 found slower, {twenty['wrong_way']} reports the wrong way"
    found.add("trials: +20 % caught", text, twenty["slower"] >= CAUGHT * judged and not twenty["faster"])
    five = rates["+5 %"]
    text = ", ".join(f"{five[verdict]} {verdict}" for verdict in ("slower", "cannot tell", "same", "faster"))
    wrong = five["same"] + five["faster"]
    found.add("trials: +5 % caught or not told", text, wrong <= FALSE_ALARMS * sum(five[v] for v in _VERDICTS))


_VERDICTS = ("slower", "faster", "same", "cannot tell")


def simulated(size: Size, found: Findings) -> None:
    """Stalls and leaks that no run has the time for: a hundred of each."""
    shown = hidden = caught = false = 0
    for trial in range(size.planted):
        rng = np.random.default_rng((11, trial))
        opened, closed = queue(60, 60, 1.0, 10.0, rng)
        shown += quantile(opened, 0.99) > 500
        hidden += quantile(closed, 0.99) < 50
        caught += leak_found(*leaking(120, 5.0, 3.0, rng), GROWTH, trial)
        false += leak_found(*leaking(120, 5.0, 0.0, rng), GROWTH, trial)
    number = size.planted
    said = f"seen in {shown} of {number}; a closed loop hides {hidden} of {number}"
    found.add("trials: 1 s stall every 10 s", said, shown == number)
    said = f"caught {caught} of {number}; invented {false} of {number} without one"
    found.add("trials: a leak of 3 MB a minute in 10 minutes", said, caught == number and not false)


def examine(size: Size) -> Findings:
    found = Findings()
    with fake_server() as server:
        recorded = recording(server, size)
        stalls(server, size, found)
        leaks(server, size, found)
    trials(recorded, size, found)
    simulated(size, found)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.selftest", description=__doc__)
    parser.add_argument("--small", action="store_true", help="what `make test` does")
    parser.add_argument("--out", type=Path, default=BUILD / "selftest.json")
    arguments = parser.parse_args()
    found = examine(SMALL if arguments.small else FULL)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found.rows, indent=2))
    print(f"\n{'All of it held.' if found.held else 'Something did not hold.'} written: {arguments.out}")
    return int(not found.held)


if __name__ == "__main__":
    raise SystemExit(main())

"""The ledger under everything that goes wrong at once: `make soak-budget N=1000000`.

Clients hold and settle through the pooling proxy over three levels, while processes are killed, replies are lost,
settlements come twice, late or never, PostgreSQL is killed (fsync on), days end every few seconds and clients' clocks
disagree. No cache is in this path, so there is no Valkey to flush: Valkey only ever holds copies of a status.

`--planted check-then-add` and `--planted margin` put a known mistake into the ledger; the soak must find it.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from assistant.budget.proof import PERIODS, discrepancies
from assistant.platform.db import Database
from assistant.tasks.reconcile import close_abandoned, reconcile_unknown
from tests.soak.budget_checks import Verdict, judge
from tests.soak.budget_world import PLANTED, ROOT, World

ANSWERS = (b'{"e": "held"', b'{"e": "refused"')
FEWEST_DONE = 100


class Soak:
    """One run. `seed` decides amounts, costs, faults and who is killed; the machine decides the order of events."""

    def __init__(self, options: argparse.Namespace, world: World) -> None:
        self.options, self.world = options, world
        self.random = random.Random(options.seed)
        self.processes: dict[str, tuple[subprocess.Popen[bytes], dict[str, Any]]] = {}
        self.kills = self.crashes = self.checks = 0
        self.broken: list[str] = []

    def run(self) -> Verdict:
        options, world = self.options, self.world
        world.prepare(options.day_seconds, options.planted)
        people = world.people(2, 2, 4, tuple(map(int, options.limits.split(","))))
        share = options.n // options.processes
        for number in range(options.processes):
            self.start(
                f"p{number}", share + (options.n % options.processes if number == 0 else 0),
                [[one.organization_id, one.user_id] for one in people],
            )  # fmt: skip
        self.disturb()
        self.recover()
        owner = world.connect()
        verdict = judge(owner, world.folder)
        owner.close()
        return verdict

    def start(self, name: str, attempts: int, people: list[list[str]]) -> None:
        settings = {
            "name": name,
            "attempts": attempts,
            "clients": max(1, self.options.clients // self.options.processes),
            "seed": self.options.seed,
            "port": self.world.proxy_port,
            "people": people,
            "cuts": self.options.cuts,
            "skew": 86400 * self.options.skew / self.options.day_seconds,
            "log": str(self.world.folder / f"{name}.log.jsonl"),
        }
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}", "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.budget_client", json.dumps(settings)], env=environment, cwd=ROOT
        )
        self.processes[name] = (process, settings)

    def disturb(self) -> None:
        """Kill clients and the server now and then, and prove the ledger in between, until the clients are done."""
        started = time.monotonic()
        next_kill, next_crash = (started + self.pause(every) for every in (self.options.kill, self.options.crash))
        next_check = started
        while any(process.poll() is None for process, _ in self.processes.values()):
            time.sleep(0.05)
            now = time.monotonic()
            if now >= next_kill:
                self.kill()
                next_kill = now + self.pause(self.options.kill)
            if now >= next_crash:
                self.world.crash()
                self.crashes += 1
                next_crash = time.monotonic() + self.pause(self.options.crash)
            if now >= next_check:
                self.check()
                # The proof reads all of a ledger that grows: at most a tenth of the time goes to it.
                next_check = time.monotonic() + max(1.0, 10 * (time.monotonic() - now))
        for name, (process, _) in self.processes.items():
            if process.returncode not in (0, -9):
                self.broken.append(f"client process {name} ended with {process.returncode}")

    def pause(self, every: float) -> float:
        return self.random.uniform(0.5, 1.5) * every

    def kill(self) -> None:
        """Kill a process with all its clients; another one makes the attempts that it had not begun."""
        alive = [name for name, (process, _) in self.processes.items() if process.poll() is None]
        ready = [name for name in alive if self.done(name) >= FEWEST_DONE]  # else nobody would ever get anywhere
        if not ready:
            return
        name = self.random.choice(ready)
        process, settings = self.processes[name]
        process.kill()
        process.wait()
        self.kills += 1
        if (left := settings["attempts"] - self.done(name)) > 0:
            self.start(f"{name.split('.')[0]}.{self.kills}", left, settings["people"])

    def done(self, name: str) -> int:
        """How many attempts a process has had an answer to."""
        log = Path(self.processes[name][1]["log"])
        return sum(line.startswith(ANSWERS) for line in log.read_bytes().split(b"\n")) if log.exists() else 0

    def check(self) -> None:
        owner = self.world.connect()
        drift = owner.execute(PERIODS, {})
        owner.close()
        self.checks += 1
        self.broken += [f"while running: {row}" for row in drift]

    def recover(self) -> None:
        """What the schedule does, at once: close what was abandoned, charge what was lost. Nothing may stay held."""
        database = Database(self.world.connect)
        while close_abandoned(database, 0):
            pass
        while reconcile_unknown(database, 0):
            pass
        with database.reading() as work:
            self.broken += [f"after recovery: {row}" for row in discrepancies(work)]
            [left] = work.run("SELECT count(*) AS holds FROM holds WHERE state IN ('held', 'unknown')")
            [held] = work.run("SELECT coalesce(sum(held), 0) AS held FROM budget_periods")
        if left["holds"] or held["held"]:
            self.broken.append(f"stranded: {left['holds']} holds, {held['held']} micro-dollars")
        database.discard()


def soak(arguments: list[str]) -> tuple[bool, dict[str, Any]]:
    """(sound, report) of a run with these command-line arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=1_000_000, help="attempts to hold")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--day-seconds", type=float, default=5.0, help="how long a day of the test lasts")
    parser.add_argument("--skew", type=float, default=1.0, help="seconds by which clocks disagree at most")
    parser.add_argument("--limits", default="1000,700,250", help="micro-dollars a day: organization,team,user")
    parser.add_argument("--cuts", type=float, default=0.01, help="share of transactions that lose a reply")
    parser.add_argument("--kill", type=float, default=15.0, help="seconds between kills of clients, on average")
    parser.add_argument("--crash", type=float, default=60.0, help="seconds between kills of PostgreSQL, on average")
    parser.add_argument("--planted", choices=sorted(PLANTED))
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    world = World()
    started = time.monotonic()
    try:
        run = Soak(options, world)
        verdict = run.run()
    finally:
        world.close()
    report = {
        "seed": options.seed,
        "attempts_answered": verdict.attempts,
        "held": verdict.held,
        "refused": verdict.refused,
        "billed_by_the_provider": verdict.billed,
        "periods": verdict.periods,
        "kills": run.kills,
        "crashes": run.crashes,
        "proofs_while_running": run.checks,
        "overspent_periods": len(verdict.overspent),
        "false_refusals": len(verdict.false_refusals),
        "undercharged": len(verdict.undercharged),
        "broken": len(run.broken),
        "first_findings": [*run.broken, *verdict.overspent, *verdict.false_refusals, *verdict.undercharged][:3],
        "seconds": round(time.monotonic() - started, 1),
    }
    return verdict.sound and not run.broken, report


def main() -> None:
    sound, report = soak(sys.argv[1:])
    print(json.dumps(report, indent=2, default=str))
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()

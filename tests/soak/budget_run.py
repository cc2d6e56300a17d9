"""One run of the ledger's soak: starts the clients, breaks things beside them, and proves the ledger in between."""

import argparse
import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.budget.proof import PERIODS, discrepancies
from assistant.platform.db import Database, StatementFailed
from assistant.platform.errors import Unavailable
from assistant.tasks.reconcile import close_abandoned, reconcile_unknown
from tests.soak.budget_checks import Verdict, judge
from tests.soak.budget_world import ROOT, Person, World

ANSWERS = (b'{"e": "held"', b'{"e": "refused"')
FEWEST_DONE = 100
PROGRESS_SECONDS = 10.0
SCHEDULE_SECONDS = 10.0
ABANDONED_SECONDS = 30.0  # longer than an attempt lives here, but for those that settle very late
SHARE_OF_PROOFS = 20  # the proof reads all of a ledger that grows: at most this part of the time goes to it
BROKEN_FEW = 20  # findings after which there is no point in going on


@dataclass
class Worker:
    """A process of clients, and how far its log was read."""

    process: subprocess.Popen[bytes]
    settings: dict[str, Any]
    read: int = 0
    done: int = 0

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def count(self) -> int:
        """How many attempts it has had an answer to."""
        log = Path(self.settings["log"])
        if log.exists():
            with log.open("rb") as file:
                file.seek(self.read)
                news = file.read()
            whole = news[: news.rfind(b"\n") + 1]
            self.read += len(whole)
            self.done += sum(line.startswith(ANSWERS) for line in whole.split(b"\n"))
        return self.done


class Soak:
    """One run. `seed` decides amounts, costs, faults and who is killed; the machine decides the order of events."""

    def __init__(self, options: argparse.Namespace, world: World) -> None:
        self.options, self.world = options, world
        self.random = random.Random(options.seed)
        self.workers: dict[str, Worker] = {}
        self.kills = self.crashes = self.flushes = self.checks = self.reconciled = 0
        self.phases: list[dict[str, Any]] = []
        self.broken: list[str] = []
        self.started = time.monotonic()
        self.database = Database(world.connect)

    def run(self) -> Verdict:
        options, world = self.options, self.world
        world.prepare(options.day_seconds, options.planted)
        people = world.people(4, 2, 4, tuple(map(int, options.limits.split(","))))
        wide = round(options.n * options.wide)
        self.phase("wide", wide, options.wide_processes, options.wide_clients, world.proxy_port, people)
        self.phase("narrow", options.n - wide, options.processes, options.clients, world.port, people)
        self.recover()
        print(f"all answered after {time.monotonic() - self.started:.0f} s; judging", flush=True)
        owner = world.connect()
        verdict = judge(owner, world.folder)
        owner.close()
        return verdict

    def phase(self, name: str, attempts: int, processes: int, clients: int, port: int, people: list[Person]) -> None:
        """Make `attempts` by `clients`, and wait for the last of them."""
        began, before = time.monotonic(), sum(worker.count() for worker in self.workers.values())
        share, rest = divmod(attempts, processes)
        for number in range(processes if attempts else 0):
            self.start({
                "name": f"{name}{number}",
                "attempts": share + (number < rest),
                "clients": max(1, clients // processes),
                "seed": self.options.seed,
                "port": port,
                "people": [[one.organization_id, one.user_id] for one in people],
                "cuts": self.options.cuts,
                "skew": 86400 * self.options.skew / self.options.day_seconds,
                "watch": name == "narrow",
            })  # fmt: skip
        self.disturb()
        done = sum(worker.count() for worker in self.workers.values()) - before
        seconds = time.monotonic() - began
        self.phases.append({"phase": name, "clients": clients, "attempts": done, "seconds": round(seconds, 1)})

    def start(self, settings: dict[str, Any]) -> None:
        settings = {**settings, "log": str(self.world.folder / f"{settings['name']}.log.jsonl")}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.budget_client", json.dumps(settings)],
            env=self.world.environment, cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.workers[settings["name"]] = Worker(process, settings)

    def disturb(self) -> None:
        """Break something now and then, and prove the ledger in between, until the clients are done."""
        options, now = self.options, time.monotonic()
        due = {
            self.kill: now + self.pause(options.kill),
            self.crash: now + self.pause(options.crash),
            self.flush: now + self.pause(options.flush),
            self.schedule: now + SCHEDULE_SECONDS,
            self.progress: now + PROGRESS_SECONDS,
            self.check: now,
        }
        again = {self.kill: options.kill, self.crash: options.crash, self.flush: options.flush}
        while any(worker.alive for worker in self.workers.values()):
            time.sleep(0.05)
            for action, at in due.items():
                if (began := time.monotonic()) < at:
                    continue
                action()
                ended = time.monotonic()
                if action in again:
                    due[action] = ended + self.pause(again[action])
                elif action == self.check:
                    due[action] = ended + max(1.0, SHARE_OF_PROOFS * (ended - began))
                else:
                    due[action] = ended + SCHEDULE_SECONDS
            if len(self.broken) > BROKEN_FEW:
                self.stop()
        for name, worker in self.workers.items():
            if worker.process.returncode not in (0, -9):
                self.broken.append(f"client process {name} ended with {worker.process.returncode}")

    def stop(self) -> None:
        for worker in self.workers.values():
            if worker.alive:
                worker.process.kill()
                worker.process.wait()

    def pause(self, every: float) -> float:
        return self.random.uniform(0.5, 1.5) * every

    def kill(self) -> None:
        """Kill a process with all its clients; another one makes the attempts that it had not begun."""
        ready = [one for one in self.workers.values() if one.alive and one.count() >= FEWEST_DONE]  # else no progress
        if not ready:
            return
        worker = self.random.choice(ready)
        worker.process.kill()
        worker.process.wait()
        self.kills += 1
        if (left := worker.settings["attempts"] - worker.count()) > 0:
            name = f"{worker.settings['name'].split('.')[0]}.{self.kills}"
            self.start({**worker.settings, "name": name, "attempts": left})

    def crash(self) -> None:
        self.world.crash()
        self.crashes += 1

    def flush(self) -> None:
        """Valkey forgets everything; one time in ten its process ends as well."""
        self.world.lose_cache(whole=self.random.random() < 0.1)
        self.flushes += 1

    def schedule(self) -> None:
        """What the schedule does in production, on its own time scale."""
        try:
            self.reconciled += close_abandoned(self.database, ABANDONED_SECONDS / 60)
            self.reconciled += reconcile_unknown(self.database, ABANDONED_SECONDS / 60)
        except (Unavailable, StatementFailed):
            self.database.discard()  # it runs again in a moment

    def progress(self) -> None:
        done, seconds = sum(worker.count() for worker in self.workers.values()), time.monotonic() - self.started
        print(
            f"{seconds:7.0f} s  {done:,} of {self.options.n:,} attempts, {done / seconds:.0f} a second, "
            f"{(self.options.n - done) * seconds / max(done, 1) / 60:.1f} min left; kills {self.kills}, crashes "
            f"{self.crashes}, flushes {self.flushes}, closed {self.reconciled}, proofs {self.checks}, "
            f"findings {len(self.broken)}",
            flush=True,
        )

    def check(self) -> None:
        owner = self.world.connect()
        drift = owner.execute(PERIODS, {})
        owner.close()
        self.checks += 1
        self.broken += [f"while running: {row}" for row in drift]

    def recover(self) -> None:
        """What the schedule does, at once: close what was abandoned, charge what was lost. Nothing may stay held."""
        while closed := close_abandoned(self.database, 0):
            self.reconciled += closed
        while closed := reconcile_unknown(self.database, 0):
            self.reconciled += closed
        with self.database.reading() as work:
            self.broken += [f"after recovery: {row}" for row in discrepancies(work)]
            [left] = work.run("SELECT count(*) AS holds FROM holds WHERE state IN ('held', 'unknown')")
            [held] = work.run("SELECT coalesce(sum(held), 0) AS held FROM budget_periods")
        if left["holds"] or held["held"]:
            self.broken.append(f"stranded: {left['holds']} holds, {held['held']} micro-dollars")
        self.database.discard()

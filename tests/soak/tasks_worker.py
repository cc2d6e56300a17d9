"""One process of workers: several claim, work, stall, fail, and the process dies at any point of it.

Forked from a process that has imported everything: it dies thousands of times in a long run.
"""

import contextlib
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

from assistant.budget import ledger
from assistant.llm import calls
from assistant.llm.port import Usage
from assistant.platform import queues
from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from assistant.platform.errors import Invalid, TooManyRequests, Unavailable
from assistant.tasks import backoff, claim, heartbeat, lanes, run
from assistant.tasks.task import SliceOver
from tests.soak.budget_world import DATABASE
from tests.soak.tasks_bugs import plant_in_process
from tests.soak.ticket_queue import connected

TYPES = ("soak_short", "soak_long")
MOST = 50  # micro-dollars a call
LEASE = 1.5
STALL = 2.5  # seconds, longer than the lease


def hurry() -> None:
    """The same rules, on a clock of seconds: leases, pauses and beats."""
    lanes.LEASE_SECONDS = heartbeat.LEASE_SECONDS = claim.LEASE_SECONDS = LEASE
    heartbeat.RENEW_SECONDS, heartbeat.LOOK_SECONDS = 0.4, 0.2
    lanes.AGED_SHARE = 0.0  # the order is checked
    backoff.PAUSES = dict.fromkeys(backoff.PAUSES, (0.2, 0.5))


class Worker:
    def __init__(self, name, settings):
        self.random = random.Random(f"{settings['seed']} {name}")
        self.queue = connected(settings["queue"])
        self.faults = settings["faults"]
        self.database = Database(
            lambda: PooledConnection(
                "assistant", host="127.0.0.1", port=settings["port"], database=DATABASE, timeout=20
            )
        )

    def run(self):
        while True:
            try:
                message = self.queue.receive()
            except (EOFError, OSError):
                return  # the soak is over
            if message is None:
                time.sleep(0.02)
                continue
            receipt, ticket = message
            try:
                run.run_ticket(self.database, ticket["task_type"], self.perform)
            except Exception:  # as in Lambda: the message comes again after its visibility time
                self.database.discard()
                continue
            self.queue.delete(receipt)

    def chance(self, share):
        return self.random.random() < share * self.faults

    def die(self, share):
        if self.chance(share):
            os._exit(9)

    def perform(self, database, mine):
        task = mine.task
        mine.reach("budget_held", 10)
        steps = 1 if task.task_type == "soak_short" else 3
        for number in range(len(task.checkpoint.get("steps", [])), steps):
            mine.reach("generating", 20 + number)
            self.call(database, mine, number)
            if self.chance(0.02) and number + 1 < steps:
                raise SliceOver
        if self.chance(0.03):
            time.sleep(STALL)  # frozen: the lease of this one may end
        fault = self.random.random() / max(self.faults, 1e-9)
        if fault < 0.03:
            raise Unavailable("planned")
        if fault < 0.04:
            raise TooManyRequests("planned")
        if fault < 0.05:
            raise KeyError("planned")
        if fault < 0.06:
            raise Invalid("planned")

        def store(work):
            work.run(
                """INSERT INTO soak_effects (organization_id, task_id, fence)
                   VALUES (CAST(:organization AS uuid), CAST(:task AS uuid), :fence)""",
                organization=task.organization_id,
                task=task.task_id,
                fence=task.fence,
            )
            self.die(0.01)  # before the commit
            work.after_commit(lambda: self.after(work, task))
            return {"steps": steps}

        return store

    def call(self, database, mine, number):
        """A call to a model that costs something: its step is saved with its cost, or it is lost."""
        task = mine.task
        with database.transaction() as work:
            call = calls.begin_call(work, task.organization_id, task.user_id, task.task_id, "soak", "local", "m", MOST)
        self.die(0.003)  # while the model writes
        cost = random.Random(f"{task.task_id} {number}").randint(1, MOST)
        with database.transaction() as work:
            calls.finish_call(work, task.organization_id, call, Usage(1, 1), cost, "succeeded", 1, 1)
            mine.save(work, {"steps": list(range(number + 1))})

    def after(self, work, task):
        self.die(0.005)  # after the commit: the ticket comes again
        if self.chance(0.1):  # somebody settles it once more, with another bill; not what a lost call may still cost
            other = work.database.another()
            with other.transaction() as again:
                if not calls.totals(again, task.organization_id, task.task_id).reserved:
                    ledger.settle(again, task.organization_id, task.task_id, MOST)
            other.discard()


def main(settings: dict[str, Any]) -> None:
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - a thread that dies with its process has nothing to say
    hurry()
    plant_in_process(settings["planted"])
    beating = run.beating
    frozen = random.Random(f"{settings['seed']} {settings['name']} frozen")

    def sometimes_beating(*arguments):
        """A sandbox may be frozen whole, and its heartbeat with it."""
        return contextlib.nullcontext() if frozen.random() < 0.3 * settings["faults"] else beating(*arguments)

    run.beating = sometimes_beating
    sender = connected(settings["queue"])
    queues.send = lambda queue, body, delay_seconds=0: sender.send(body, delay_seconds)
    threads = [
        threading.Thread(target=Worker(f"{settings['name']}-{n}", settings).run, daemon=True)
        for n in range(settings["workers"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

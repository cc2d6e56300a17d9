"""Tasks under everything that goes wrong at once: `make soak-tasks N=100000`.

Clients submit, cancel and retry; workers claim tickets from a queue that loses, doubles and reorders them and gives
them out again while they are worked on. Workers stall beyond their lease and die before and after their commits,
PostgreSQL is killed (fsync on). No cache is in this path, so there is no Valkey to flush. In the end each task has one
final state, its effect and its charge happened once, none is lost or stuck, and each owner's tasks began in order.

`--planted` puts one of four known mistakes in; the soak must find it.
"""

import contextlib
import json
import multiprocessing
import random
import sys
import threading
import time

from assistant.identity.caller import Caller
from assistant.platform import queues
from assistant.platform.db import Database, StatementFailed
from assistant.platform.db.connection import PooledConnection
from assistant.platform.errors import AssistantError
from assistant.tasks import sweep
from assistant.tasks.cancel import cancel
from assistant.tasks.dead_letters import retry
from assistant.tasks.reconcile import close_abandoned, reconcile_unknown
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from tests.soak import tasks_worker
from tests.soak.budget_world import DATABASE, World
from tests.soak.tasks_bugs import plant_in_database, plant_in_process
from tests.soak.tasks_checks import EFFECTS, OPEN, judge
from tests.soak.tasks_options import parsed
from tests.soak.tasks_worker import MOST, TYPES, hurry
from tests.soak.ticket_queue import TicketQueue, serve

BACKLOG = 2000  # open tasks; clients wait while there are more
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.soak.tasks_worker"])


class Soak:
    """One run. The seed decides what is asked and what goes wrong; the machine decides the order of events."""

    def __init__(self, options, world):
        self.options, self.world = options, world
        self.random = random.Random(options.seed)
        self.queue = TicketQueue(options.seed, options.lost, options.doubled, visibility=1.0)
        self.server = serve(self.queue)
        self.workers, self.crashes, self.free_at = {}, [], {}  # free_at: task → since when no client locks it
        self.deaths = self.cancels = self.retries = 0
        self.over, self.room = threading.Event(), threading.Event()
        self.broken = []

    def database(self):
        return Database(
            lambda: PooledConnection(
                "assistant", host="127.0.0.1", port=self.world.proxy_port, database=DATABASE, timeout=20
            )
        )

    def run(self):
        options, world = self.options, self.world
        world.prepare(86400, None)
        owner = world.connect()
        owner.execute_simple(EFFECTS)
        plant_in_database(owner, options.planted)
        owner.close()
        hurry()
        plant_in_process(options.planted)
        sweep.TICKET_AGE_SECONDS = 3
        queues.send = lambda queue, body, delay_seconds=0: self.queue.send(body, delay_seconds)
        self.people = world.people(2, 2, 3, (10**12, 10**12, 10**12))
        for number in range(options.processes):
            self.start(number)
        threads = [threading.Thread(target=self.guarded, args=[self.client, n]) for n in range(options.clients)]
        threads.append(threading.Thread(target=self.guarded, args=[self.sweeper, 0]))
        for thread in threads:
            thread.start()
        self.disturb(threads[:-1])
        self.over.set()
        threads[-1].join()
        for process in self.workers.values():
            process.kill()
            process.join()
        self.recover()
        # The owner's sessions have no time-out: one statement reads every task.
        return judge(Database(self.world.connect), self.free_at, self.crashes)

    def guarded(self, work, number):
        try:
            work(number)
        except Exception as error:
            self.broken.append(repr(error))

    def start(self, number):
        settings = {
            "name": f"w{number}.{self.deaths}",
            "seed": self.options.seed,
            "workers": self.options.workers,
            "queue": self.server.address[1],
            # Half of them past the proxy, which is written in Python and costs as much as the work.
            "port": self.world.port if number % 2 else self.world.proxy_port,
            "planted": self.options.planted,
            "faults": self.options.faults,
        }
        self.workers[number] = FORKS.Process(target=tasks_worker.main, args=[settings], daemon=True)
        self.workers[number].start()

    def client(self, number):
        """Submits its share; cancels and retries what it likes, others' wishes racing with its own."""
        mine, chosen = self.database(), random.Random(f"{self.options.seed} client {number}")
        share = self.options.n // self.options.clients + (number < self.options.n % self.options.clients)
        for count in range(share):
            self.room.wait()
            person = chosen.choice(self.people)
            caller = Caller(person.user_id, person.organization_id, "user", frozenset(), "", "")
            task_type, priority = chosen.choice(TYPES), Priority(chosen.randrange(4))
            key = f"{number}-{count}"
            asked = task_type, {"n": key}, priority, 4 * MOST, key
            task = self.insist(mine, lambda work: submit(work, caller, *asked))  # noqa: B023
            self.free_at[task.task_id] = time.time()
            if chosen.random() < 0.06:
                self.cancels += self.wish(mine, cancel, caller, task.task_id) is not None
                self.free_at[task.task_id] = time.time()  # a refused wish has locked it too
            if chosen.random() < 0.1:
                admin = Caller(person.user_id, person.organization_id, "admin", frozenset(), "", "")
                if repeated := self.wish(mine, retry, admin, chosen.choice(tuple(self.free_at))):
                    self.free_at[repeated.task_id] = time.time()
                    self.retries += 1
        mine.discard()

    def insist(self, database, action):
        """Until it is answered, with the same key: whatever was lost on the way, it happens once."""
        while True:
            try:
                with database.transaction() as work:
                    return action(work)
            except (AssistantError, StatementFailed) as error:
                if not getattr(error, "retryable", True):
                    raise
                database.discard()
                time.sleep(0.05)

    def wish(self, database, action, caller, task_id):
        """Asked once; None when the state does not allow it."""
        try:
            with database.transaction() as work:
                return action(work, caller, task_id)
        except (AssistantError, StatementFailed):
            database.discard()
            return None

    def sweeper(self, _):
        mine = self.database()
        while not self.over.wait(0.3):
            try:
                sweep.sweep(mine)
            except (AssistantError, StatementFailed):
                mine.discard()
        mine.discard()

    def disturb(self, clients):
        """Restart workers that died, kill others and the server, until everything has ended or nothing ends."""
        next_kill = time.monotonic() + self.pause(self.options.kill)
        next_crash = time.monotonic() + self.pause(self.options.crash)
        open_before, changed, next_look, next_word = None, time.monotonic(), 0.0, 0.0
        while True:
            time.sleep(0.1)
            now = time.monotonic()
            if now >= next_kill:
                self.random.choice(list(self.workers.values())).kill()
                next_kill = now + self.pause(self.options.kill)
            for number, process in list(self.workers.items()):
                if not process.is_alive():
                    self.deaths += 1
                    self.start(number)
            if now >= next_crash:
                self.crashes.append(time.time())
                self.world.crash()
                next_crash = time.monotonic() + self.pause(self.options.crash)
            if now < next_look:
                continue
            next_look = now + 1
            left = self.open()
            self.room.set() if left < BACKLOG else self.room.clear()
            if left != open_before:
                open_before, changed = left, now
            if now >= next_word:
                told = f"{len(self.free_at)} submitted, {left} open, {self.deaths} deaths, {len(self.crashes)} crashes"
                print(told, file=sys.stderr)
                next_word = now + 30
            submitting = any(client.is_alive() for client in clients)
            if not submitting and (left == 0 or now - changed > self.options.patience):
                return

    def open(self):
        with contextlib.closing(self.world.connect()) as owner:
            return owner.run(OPEN)[0][0]

    def pause(self, every):
        return self.random.uniform(0.5, 1.5) * every

    def recover(self):
        """What the schedule does after its hour, at once."""
        database = self.database()
        try:
            while close_abandoned(database, 0):
                pass
            while reconcile_unknown(database, 0):
                pass
        except StatementFailed as error:  # the ledger's own constraints
            self.broken.append(f"the money does not settle: {error}")
        database.discard()


def soak(arguments):
    """(sound, report) of a run with these command-line arguments."""
    options = parsed(arguments, __doc__)
    print(f"seed {options.seed}", flush=True)
    world = World()
    started = time.monotonic()
    try:
        run = Soak(options, world)
        verdict = run.run()
    finally:
        world.close()
    findings = {name: getattr(verdict, name) for name in ("lost", "stuck", "effects", "charges", "order")}
    report = {
        "seed": options.seed,
        "tasks": verdict.tasks,
        "by_status": verdict.by_status,
        "tickets": run.queue.told(),
        "worker_deaths": run.deaths,
        "crashes": len(run.crashes),
        "cancels": run.cancels,
        "retries": run.retries,
        **{name: len(found) for name, found in findings.items()},
        "broken": len(run.broken),
        "first_findings": [*run.broken, *(text for found in findings.values() for text in found)][:4],
        "seconds": round(time.monotonic() - started, 1),
    }
    return verdict.sound and not run.broken, report


if __name__ == "__main__":
    sound, report = soak(sys.argv[1:])
    print(json.dumps(report, indent=2, default=str))
    sys.exit(not sound)

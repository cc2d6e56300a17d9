"""`make bench-tasks`: tasks a second and the time to pick one up, beside RQ and Celery.

The same machine, the same Valkey and PostgreSQL (fsync on), one worker process each, the same work: a row written
once. Ours does more for it: each task has a hold in the ledger, a notification and a fenced claim, through the pooling
proxy; its tickets travel over the same Valkey as the others' tasks, where in AWS they travel over SQS. Each side's rows
are checked: none missing, none twice.

Then: a hundred submissions at once while the worker is busy, and how much longer the task of one owner waits when
another one has ten thousand in the queue.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from assistant.identity.caller import Caller
from assistant.platform import queues
from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from local.parts import valkey as valkey_part
from local.process import free_port
from tests.performance.tasks_worker import TYPE
from tests.soak.budget_world import DATABASE, ROOT, World

HELD = 1000
PATIENCE = 300.0
QUIET = 60  # tasks of the one who has few
TABLE = "CREATE TABLE bench_rows (serial bigint, sent float8, started float8); GRANT ALL ON bench_rows TO assistant"


class Bench:
    def __init__(self, options, world, valkey_port):
        self.options, self.world, self.valkey_port = options, world, valkey_port
        self.tickets = Redis(port=valkey_port)
        queues.send = lambda queue, body, delay_seconds=0: self.tickets.rpush("tickets", json.dumps(body))
        self.owner = world.connect()
        self.owner.execute_simple(TABLE)
        self.people = world.people(2, 1, 2, (10**12, 10**12, 10**12))
        self.database = self.connected()

    def connected(self):
        return Database(
            lambda: PooledConnection("assistant", host="127.0.0.1", port=self.world.proxy_port, database=DATABASE)
        )

    def rows(self):
        return self.owner.run("SELECT serial, sent, started FROM bench_rows")

    def clear(self):
        self.owner.execute_simple("TRUNCATE bench_rows")

    def wait_for(self, count):
        deadline = time.monotonic() + PATIENCE
        while (found := self.owner.run("SELECT count(*) FROM bench_rows")[0][0]) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{count} rows did not come, {found} did")
            time.sleep(0.005)

    def send(self, serial, person=None, database=None):
        person = person or self.people[0]
        caller = Caller(person.user_id, person.organization_id, "user", frozenset(), "", "")
        with (database or self.database).transaction() as work:
            submit(work, caller, TYPE, {"serial": serial, "sent": time.time()}, Priority.normal, HELD, None)

    def start_worker(self):
        settings = {"valkey": self.valkey_port, "proxy": self.world.proxy_port, "database": DATABASE}
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}", "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
        return subprocess.Popen(
            [sys.executable, "-m", "tests.performance.tasks_worker", json.dumps(settings)], env=environment, cwd=ROOT
        )

    def ours(self):
        options = self.options
        self.send(-1)
        self.wait_for(1)  # warm
        for serial in range(options.paced):
            self.send(serial)
            time.sleep(options.pause)  # one by one: the pick-up of an idle worker
        self.wait_for(1 + options.paced)
        started = time.monotonic()
        for serial in range(options.n):
            self.send(10**6 + serial)
        self.wait_for(1 + options.paced + options.n)
        return self.summary({"tasks_per_second": round(options.n / (time.monotonic() - started), 1)})

    def peer(self, kind):
        settings = {
            "valkey": self.valkey_port,
            "port": self.world.port,
            "database": DATABASE,
            "n": self.options.n,
            "paced": self.options.paced,
            "pause": self.options.pause,
            "patience": PATIENCE,
        }
        run = subprocess.run(
            [self.options.peers, str(Path(__file__).with_name("queue_peers.py")), kind],
            env={**os.environ, "BENCH": json.dumps(settings)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return self.summary(json.loads(run.stdout.splitlines()[-1]))

    def summary(self, told):
        """With the pick-up of the paced tasks, in milliseconds, and whether each row is there once."""
        rows = self.rows()
        paced = sorted(1000 * (started - sent) for serial, sent, started in rows if 0 <= serial < 10**6)
        self.clear()
        return {
            **told,
            "pick_up_ms_p50": round(paced[len(paced) // 2], 1),
            "pick_up_ms_p99": round(paced[int(len(paced) * 0.99)], 1),
            "missing_or_twice": 1 + self.options.paced + self.options.n - len({row[0] for row in rows})
            + len(rows) - len({row[0] for row in rows}),
        }  # fmt: skip

    def simultaneous(self, count=100):
        """Milliseconds of `count` submissions that begin at once, while the worker has a backlog."""
        for serial in range(200):
            self.send(serial)
        times, start = [], threading.Barrier(count)

        def one(number):
            mine = self.connected()
            mine.connection()
            start.wait()
            began = time.perf_counter()
            self.send(1000 + number, self.people[number % len(self.people)], mine)
            times.append(1000 * (time.perf_counter() - began))
            mine.discard()

        threads = [threading.Thread(target=one, args=[number]) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.wait_for(200 + count)
        self.clear()
        times.sort()
        return {"p50_ms": round(times[count // 2], 1), "p95_ms": round(times[int(count * 0.95)], 1)}

    def fairness(self, backlog):
        """How much longer one owner waits with `backlog` tasks of another before its own."""
        loud, quiet = self.people[0], self.people[1]  # of one organisation

        def waits():
            for serial in range(QUIET):
                self.send(serial, quiet)
                time.sleep(0.03)  # the pace
            deadline = time.monotonic() + PATIENCE
            while len(mine := [1000 * (began - sent) for serial, sent, began in self.rows() if serial < 10**6]) < QUIET:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{QUIET} tasks did not begin, {len(mine)} did")
                time.sleep(0.05)
            self.clear()
            return mine

        def busy(count):
            """The loud owner's tasks, as `submit` stores them, and a ticket each."""
            self.owner.run(
                """INSERT INTO tasks (organization_id, user_id, task_type, priority, args, request_hash, held, turn,
                                      ticketed_at)
                   SELECT CAST(:o AS uuid), CAST(:u AS uuid), :type, 1,
                          jsonb_build_object('serial', 1000000 + n, 'sent', 0), '-', :held,
                          (SELECT coalesce(max(turn), 0) FROM task_owners) + n * CAST(:weight AS bigint), now()
                   FROM generate_series(1, :count) AS n""",
                o=loud.organization_id, u=loud.user_id, type=TYPE, held=HELD, weight=2 * HELD, count=count,
            )  # fmt: skip
            self.owner.run(
                """INSERT INTO holds (request_id, organization_id, user_id, purpose, amount, budget_ids, period_starts)
                   SELECT task_id, organization_id, user_id, 'bench', 0, '{}', '{}' FROM tasks t
                   WHERE status = 'queued' AND NOT EXISTS (
                       SELECT FROM holds h WHERE h.request_id = CAST(t.task_id AS text))"""
            )
            self.tickets.rpush("tickets", *["{}"] * count)

        waited = {300: [], backlog: []}  # the worker is always busy in both; in turns, for the machine's moods
        for _ in range(3):
            for count, times in waited.items():
                busy(count)
                times += waits()
                self.owner.execute_simple("DELETE FROM tasks WHERE status = 'queued'")
                self.tickets.delete("tickets")
        few, many = (statistics.median(times) for times in waited.values())
        return {"wait_ms": round(few, 1), "wait_ms_behind_backlog": round(many, 1), "ratio": round(many / few, 2)}


def plain_valkey(port, folder):
    """One node without cluster mode, which RQ and Celery do not speak."""
    command = [valkey_part.binary(), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", ""]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while True:
        try:
            Redis(port=port).ping()
        except RedisError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return process


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", help="the Python of a venv that has RQ and Celery; without it only ours runs")
    parser.add_argument("-n", type=int, default=2000, help="tasks for the throughput")
    parser.add_argument("--paced", type=int, default=200, help="tasks for the pick-up, one by one")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between those; RQ needs more than 0.1")
    parser.add_argument("--backlog", type=int, default=10_000)
    options = parser.parse_args()
    world = World()
    valkey = plain_valkey(port := free_port(), world.folder)
    worker = None
    try:
        world.prepare(86400, None)
        bench = Bench(options, world, port)
        worker = bench.start_worker()
        report = {"ours": bench.ours()}
        report["hundred_submissions_at_once"] = bench.simultaneous()
        report["ten_thousand_of_another"] = bench.fairness(options.backlog)
        worker.kill()
        worker.wait()
        for kind in ("rq", "celery") if options.peers else ():
            print(json.dumps(report), file=sys.stderr)  # a peer may fail
            report[kind] = bench.peer(kind)
    finally:
        if worker is not None:
            worker.kill()
            worker.wait()
        valkey.terminate()
        valkey.wait()
        world.close()
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

"""`make bench-cloud-tasks`: tasks a second and the time to pick one up, through every part of the local cloud.

PostgreSQL behind the pooling proxy → SQS → event source → Lambda host → `send_budget_alert`, whose work is real: a row,
a notification, an e-mail handed over. Two of its sandboxes run at once, as in the template, on a machine that also runs
everything else. Times are the database's own: `created_at` is the submit, `started_at` the claim. `cpu_ms_per_task`
says where the cores went.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from tests.performance.framework.processes import used_by
from tests.performance.measure import quantile
from tests.performance.notification_cloud import NotificationCloud, notification_cloud

TYPE = "send_budget_alert"
ARGUMENTS = {"alert_type": "used_80", "current_usage": "8", "budget_limit": "10"}
WARMING = 20
PATIENCE = 600.0


class Bench:
    def __init__(self, cloud: NotificationCloud, senders: int) -> None:
        self.cloud, self.people = cloud, cloud.people(10)
        self.databases = [cloud.database() for _ in range(senders)]
        self.watching = cloud.database()

    def send(self, first: int, count: int, pause: float, sender: int = 0) -> None:
        for number in range(first, first + count):
            with self.databases[sender].transaction() as work:
                submit(work, self.people[number % len(self.people)], TYPE, ARGUMENTS, Priority.normal, 0, str(number))
            time.sleep(pause)  # the pace

    def together(self, first: int, count: int) -> None:
        each = count // len(self.databases)
        threads = [
            threading.Thread(target=self.send, args=[first + number * each, each, 0, number])
            for number in range(len(self.databases))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def ended(self, first: int, count: int) -> dict:
        """Of these tasks when all have ended: their states, tasks a second, and pick-up in milliseconds."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with self.watching.reading() as work:
                rows = work.run(
                    """SELECT status, CAST(extract(epoch FROM created_at) AS float8) AS created,
                              CAST(extract(epoch FROM started_at) AS float8) AS started,
                              CAST(extract(epoch FROM finished_at) AS float8) AS finished
                       FROM tasks WHERE organization_id = CAST(:organization AS uuid)
                         AND CAST(idempotency_key AS int) BETWEEN :first AND :last""",
                    organization=self.people[0].organization_id,
                    first=first,
                    last=first + count - 1,
                )
            if len(rows) == count and all(row["finished"] for row in rows):
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"{sum(bool(row['finished']) for row in rows)} of {count} tasks ended")
            time.sleep(0.1)
        waits = [1000 * (row["started"] - row["created"]) for row in rows]
        seconds = max(row["finished"] for row in rows) - min(row["created"] for row in rows)
        return {
            "tasks": count,
            "completed": sum(row["status"] == "completed" for row in rows),
            "tasks_per_second": round(count / seconds, 1),
            "pick_up_ms": {name: round(quantile(waits, share), 1) for name, share in (("p50", 0.5), ("p99", 0.99))},
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=2000, help="tasks for the throughput")
    parser.add_argument("--paced", type=int, default=200, help="tasks for the pick-up, one by one")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between those")
    parser.add_argument("--senders", type=int, default=2, help="threads that submit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, notification_cloud(Path(folder) / "state") as cloud:
        os.environ["SEND_BUDGET_ALERT_QUEUE_URL"] = cloud.addresses.resources["SendBudgetAlertQueue"]
        bench = Bench(cloud, options.senders)
        bench.send(0, WARMING, 0.05)
        bench.ended(0, WARMING)
        print(f"{options.paced} tasks, one every {options.pause} s", file=sys.stderr)
        bench.send(10_000, options.paced, options.pause)
        report = {"one_by_one": bench.ended(10_000, options.paced)}
        print(f"{options.n} tasks at once", file=sys.stderr)
        parts = {**cloud.addresses.pids, "launcher and senders": os.getpid()}
        before = used_by(parts)
        bench.together(1_000_000, options.n)
        report["at_once"] = bench.ended(1_000_000, options.n)
        after = used_by(parts)
        report["cpu_ms_per_task"] = {
            name: round(1000 * (after[name].cpu - before[name].cpu) / options.n, 1) for name in parts
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

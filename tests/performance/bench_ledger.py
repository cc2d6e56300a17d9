"""How long a hold and a settlement take, and how many a second one organisation, or more of them, can do.

`make bench-ledger`. Through the pooling proxy, PostgreSQL with fsync on, three levels. One organisation is the worst
case: all its calls wait for one row.
"""

import argparse
import statistics
import threading
import time
import uuid

from assistant.budget import ledger
from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from tests.soak.budget_world import DATABASE, Person, World

PLENTY = 10**12


def measure(world: World, people: list[Person], clients: int, seconds: float) -> tuple[list[float], list[float]]:
    """(holds, settlements) in seconds each, of clients that do nothing else."""
    holds: list[float] = []
    settlements: list[float] = []
    end = time.monotonic() + seconds

    def client(person: Person) -> None:
        database = Database(
            lambda: PooledConnection("assistant", host="127.0.0.1", port=world.proxy_port, database=DATABASE)
        )
        while (started := time.monotonic()) < end:
            request = uuid.uuid4().hex
            with database.transaction() as work:
                ledger.hold_and_commit(work, person.organization_id, person.user_id, request, 100, "bench")
            between = time.monotonic()
            with database.transaction() as work:
                ledger.settle_and_commit(work, person.organization_id, request, 60)
            holds.append(between - started)
            settlements.append(time.monotonic() - between)
        database.discard()

    threads = [threading.Thread(target=client, args=[people[n % len(people)]]) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return holds, settlements


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    world = World()
    try:
        world.prepare(86400, None)
        print("organisations  clients  calls/s  hold p50, p99 ms  settle p50, p99 ms")
        for organizations, clients in [(1, 1), (1, 8), (2, 8), (4, 8), (8, 8)]:
            people = world.people(organizations, 1, 1, (PLENTY, PLENTY, PLENTY))
            measure(world, people, clients, 1)
            holds, settlements = measure(world, people, clients, options.seconds)
            told = [milliseconds(times, at) for times in (holds, settlements) for at in (50, 99)]
            rate = len(holds) / options.seconds
            times = " ".join(f"{value:>8.1f}" for value in told)
            print(f"{organizations:>13} {clients:>8} {rate:>8.0f} {times}", flush=True)
    finally:
        world.close()


def milliseconds(times: list[float], percentile: int) -> float:
    return 1000 * statistics.quantiles(times, n=100)[percentile - 1]


if __name__ == "__main__":
    main()

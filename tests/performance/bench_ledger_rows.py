"""`make bench-ledger-rows`: how long the ledger's statements take as it grows, each person with a thousand rows.

One database for each size on one server, with fsync on and no proxy between. The rounds go through them in turns, so
that the machine's moods hit all alike.
"""

import argparse
import sys
import time
import uuid
from collections.abc import Callable

from assistant.budget import alerts, history, ledger, room, status
from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.migrate import migrate
from tests.layers.platform.hot_paths import OF_MONEY, ORGANIZATION, fill
from tests.performance.measure import quantile
from tests.soak.budget_world import World

ROWS_EACH = 1000
USER = f"00000000-0000-0000-0001-{7:012x}"


def spend(database: Database) -> None:
    request = uuid.uuid4().hex
    with database.transaction() as work:
        ledger.hold_and_commit(work, ORGANIZATION, USER, request, 100, "bench")
    with database.transaction() as work:
        ledger.settle_and_commit(work, ORGANIZATION, request, 60)


def reading(ask: Callable[..., object], *more: object, **named: object) -> Callable[[Database], None]:
    def run(database: Database) -> None:
        with database.reading() as work:
            ask(work, ORGANIZATION, USER, *more, **named)

    return run


PATHS: dict[str, Callable[[Database], None]] = {
    "hold and settle": spend,
    "budget status": reading(status.get_status),
    "room at every level": reading(room.levels_of),
    "history of 7 days": reading(history.usage_history, 7),
    "alerts": reading(alerts.list_alerts, None, whole_organization=False),
}


def filled(world: World, rows: int) -> Database:
    """A database with so many rows of holds and of entries in the ledger."""
    name = f"rows_{rows}"
    administrator = world.connect("postgres")
    administrator.execute_simple(f"CREATE DATABASE {name}")
    administrator.close()
    owner = world.connect(name)
    migrate(owner)
    fill(owner, rows, max(10, rows // ROWS_EACH), OF_MONEY)
    owner.close()
    return Database(lambda: PooledConnection("assistant", host="127.0.0.1", port=world.port, database=name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10**4, 10**5, 10**6, 10**7])
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    world = World()
    try:
        databases = {}
        for rows in options.rows:
            print(f"filling {rows:,} rows", file=sys.stderr)
            databases[rows] = filled(world, rows)
        times: dict[tuple[str, int], list[float]] = {}
        for turn in range(options.rounds + 5):
            for rows, database in databases.items():
                for name, path in PATHS.items():
                    began = time.perf_counter()
                    path(database)
                    if turn >= 5:  # the first ones warm up
                        times.setdefault((name, rows), []).append(1000 * (time.perf_counter() - began))
        print("p50, p99 in ms".ljust(22) + "".join(f"{rows:>16,}" for rows in databases))
        for name in PATHS:
            told = [[quantile(times[name, rows], share) for share in (0.5, 0.99)] for rows in databases]
            print(name.ljust(22) + "".join(f"{p50:>9.1f} {p99:>6.1f}" for p50, p99 in told))
    finally:
        world.close()


if __name__ == "__main__":
    main()

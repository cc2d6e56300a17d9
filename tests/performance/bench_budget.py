"""A cap of $1.00, calls of one cent, many at once: what LiteLLM and our ledger really let through.

`make bench-budget`. Both call the same endpoint over HTTP, in turns; what was spent is what that endpoint served.
Our side holds and settles through the pooling proxy in a PostgreSQL with fsync on; LiteLLM's keeps its counter in the
memory of one process, which is its best case (see litellm_side.py).
"""

import argparse
import http.client
import json
import subprocess
import sys
import threading
import time
import uuid
from typing import Any

from assistant.budget import ledger
from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from assistant.platform.errors import BudgetExceeded, Unavailable
from local.process import free_port
from tests.soak.budget_world import DATABASE, ROOT, Person, World

CENT, CAP = 10_000, 1_000_000
BODY = json.dumps({"model": "bench", "max_tokens": 10, "messages": [{"role": "user", "content": "x"}]})


def ours(world: World, person: Person, provider: int, attempts: int, concurrent: int) -> dict[str, Any]:
    """Each client has its own connection, opened before the start, as a warm sandbox has."""
    outcomes: list[bool] = []
    ready, turn = threading.Barrier(concurrent + 1), iter(range(attempts))
    lock = threading.Lock()

    def client() -> None:
        database = Database(
            lambda: PooledConnection("assistant", host="127.0.0.1", port=world.proxy_port, database=DATABASE)
        )
        database.connection()
        ready.wait()
        while True:
            with lock:
                if next(turn, None) is None:
                    break
            outcomes.append(attempt(database, person, provider))
        database.discard()

    threading.stack_size(1 << 20)
    threads = [threading.Thread(target=client) for _ in range(concurrent)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.monotonic()
    for thread in threads:
        thread.join()
    return {"made": outcomes.count(True), "refused": outcomes.count(False), "seconds": time.monotonic() - started}


def attempt(database: Database, person: Person, provider: int) -> bool:
    request = uuid.uuid4().hex
    try:
        patiently(database, lambda work: ledger.hold_and_commit(
            work, person.organization_id, person.user_id, request, CENT, "bench"))  # fmt: skip
    except BudgetExceeded:
        return False
    connection = http.client.HTTPConnection("127.0.0.1", provider, timeout=60)
    connection.request("POST", "/v1/chat/completions", BODY, {"content-type": "application/json"})
    connection.getresponse().read()
    connection.close()
    patiently(database, lambda work: ledger.settle_and_commit(work, person.organization_id, request, CENT))
    return True


def patiently(database: Database, action: Any) -> None:
    """Repeat with the same request id while the proxy has no connection to lend."""
    while True:
        try:
            with database.transaction() as work:
                action(work)
        except Unavailable:
            time.sleep(0.05)
        else:
            return


def wait_for(provider: int) -> None:
    while True:
        try:
            served(provider)
        except OSError:
            time.sleep(0.05)
        else:
            return


def served(provider: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", provider, timeout=10)
    connection.request("GET", "/calls")
    count: int = json.loads(connection.getresponse().read())["served"]
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litellm", required=True, help="the Python of the venv that has LiteLLM")
    parser.add_argument("--attempts", type=int, default=1000)
    parser.add_argument("--concurrent", type=int, nargs="+", default=[50, 200, 1000])
    options = parser.parse_args()
    world, provider = World(), free_port()
    endpoint = subprocess.Popen([sys.executable, "-m", "tests.performance.fake_provider", str(provider)], cwd=ROOT)
    try:
        world.prepare(86400, None)
        wait_for(provider)
        print(f"{'':>16} {'concurrent':>10} {'spent':>8} {'refused':>8} {'seconds':>8}")
        for concurrent in options.concurrent:
            command = [options.litellm, str(ROOT / "tests/performance/litellm_side.py"),
                       f"http://127.0.0.1:{provider}/v1", "1.0", str(options.attempts), str(concurrent)]  # fmt: skip
            served(provider)
            answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
            theirs = json.loads(answer.stdout.strip().splitlines()[-1])
            row(f"LiteLLM {theirs['version']}", concurrent, served(provider), theirs)
            [person] = world.people(1, 1, 1, (CAP, CAP, CAP))
            outcome = ours(world, person, provider, options.attempts, concurrent)
            row("ours", concurrent, served(provider), outcome)
    finally:
        endpoint.terminate()
        endpoint.wait()
        world.close()


def row(name: str, concurrent: int, calls: int, outcome: dict[str, Any]) -> None:
    spent, refused, seconds = f"${calls / 100:.2f}", outcome["refused"], outcome["seconds"]
    print(f"{name:>16} {concurrent:>10} {spent:>8} {refused:>8} {seconds:>8.2f}", flush=True)


if __name__ == "__main__":
    main()

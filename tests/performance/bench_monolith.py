"""`make bench`: our functions and a monolith side by side, on the same PostgreSQL and Valkey, at the same work.

Three kinds of work: a read that the cache answers, a read of the database, a submit (see peers/monolith.py). Each in
two ways: inside, which is the warm code alone, called in its process; and through, which is a client that asks one
request after another. "Through" compares the local cloud's gateway, emulator and Lambda host with uvicorn: on AWS that
part is API Gateway and Lambda themselves. Turns alternate. Workers pause on both sides.

RQ keeps several keys in one transaction, which a cluster refuses: the monolith has a Valkey of the same build that is
no cluster. Our token is verified by the gateway's authorizer, once a minute; the monolith verifies it in each request.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import numpy as np
import pg8000.native

from local.parts import valkey
from local.process import Process, bare_environment, free_port
from tests.performance.framework.inside import caller_of, http_event, inside
from tests.performance.framework.quantiles import Arm
from tests.performance.framework.under_test import BUILD, Started, local_cloud
from tests.performance.framework.verdicts import compare
from tests.performance.measure import TASK, WARMING, commit, quantile

PEERS = Path(__file__).parent / "peers"
SECRET = "secret" * 8
WORK = {
    "cached read": ("GET", "/api/v1/llm/health", "GetLlmHealthFunction", "get_llm_health"),
    "uncached read": ("GET", "/api/v1/auth/budget", "GetOwnBudgetFunction", "get_own_budget"),
    "submit": ("POST", "/api/v1/async-tasks/submit", "SubmitTaskFunction", "submit_task"),
}
BLOCK = 10


@contextmanager
def monolith(python: Path, started: Started, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Its address and environment; it runs under uvicorn with one process, as ours has one sandbox a request."""
    here, cache_port, port = started.addresses, free_port(), free_port()
    owner = pg8000.native.Connection(
        here.database_owner, host=here.database_direct_host, port=here.database_direct_port, database="postgres"
    )
    owner.run("CREATE DATABASE monolith")
    owner.close()
    address = f"{here.database_direct_host}:{here.database_direct_port}"
    environment = bare_environment(
        DATABASE_URL=f"postgresql://{here.database_owner}@{address}/monolith",
        REDIS_URL=f"redis://127.0.0.1:{cache_port}/0",
        PYTHONPATH=str(PEERS),
    )
    cache = Process(
        "the monolith's Valkey",
        [valkey.binary(), "--port", str(cache_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        folder / "valkey.log",
        lambda: _listens(cache_port),
        bare_environment(),
    )
    server = Process(
        "the monolith",
        [python, "-m", "uvicorn", "monolith:app", "--port", str(port), "--no-access-log"],
        folder / "monolith.log",
        lambda: httpx.get(f"http://127.0.0.1:{port}/openapi.json", timeout=2).is_success,
        environment,
    )
    try:
        for part in (cache, server):
            part.start()
            part.wait_ready()
        yield f"http://127.0.0.1:{port}", environment
    finally:
        server.stop()
        cache.stop()


def _listens(port: int) -> bool:
    import socket

    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def ask(client: httpx.Client, kind: str) -> float:
    """Milliseconds of one request that must succeed."""
    method, path, *_ = WORK[kind]
    body = {"json": TASK, "headers": {"idempotency-key": uuid.uuid4().hex}} if method == "POST" else {}
    began = time.perf_counter()
    answer = client.request(method, path, **body)
    took = (time.perf_counter() - began) * 1000
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
    return took


def through(ours: httpx.Client, theirs: httpx.Client, kind: str, number: int) -> tuple[Arm, Arm]:
    """Both asked in turns, a block of ten each."""
    for client in (ours, theirs):
        for _ in range(WARMING):
            ask(client, kind)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(-(-number // BLOCK)):
        for side in (0, 1) if turn % 2 else (1, 0):
            times[side].extend(ask((ours, theirs)[side], kind) for _ in range(BLOCK))
    return arm(times[0]), arm(times[1])


def arm(times: list[float]) -> Arm:
    return Arm(np.array(times), np.arange(len(times)) // BLOCK)


def within(
    python: Path, environment: dict[str, str], started: Started, caller: dict[str, Any], kind: str, number: int
) -> tuple[Arm, Arm]:
    """The code alone on both sides, each in a fresh process that was warmed."""
    method, path, function, stem = WORK[kind]
    headers = {"idempotency-key": f"{uuid.uuid4().hex}-{{number}}"} if method == "POST" else {}
    event = http_event(caller, method, path, TASK if method == "POST" else None, **headers)
    ours = inside(started.addresses, function, stem, event, WARMING + number)
    body = [json.dumps(TASK)] if method == "POST" else []
    run = subprocess.run(
        [python, PEERS / "inside.py", str(number), method, path, *body],
        env=environment, cwd=PEERS, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if run.returncode:
        raise RuntimeError(run.stderr[-2000:])
    theirs = json.loads(run.stdout.strip().splitlines()[-1])
    for found in (ours, theirs):
        if any(not status.startswith("2") for status in found["statuses"]):
            raise RuntimeError(f"{kind}: {found['statuses']}")
    return arm(ours["milliseconds"][WARMING:]), arm(theirs["milliseconds"])


def bench(python: Path, number: int) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with local_cloud(folder / "state") as started, monolith(python, started, folder) as (address, environment):
            started.pause_workers()
            _, user = started.accounts()
            with httpx.Client(base_url=started.addresses.api_url, timeout=60) as ours:
                answer = ours.post("/api/v1/auth/login", json={"email": user.email, "password": user.password})
                token = answer.raise_for_status().json()["access_token"]
                ours.headers["authorization"] = f"Bearer {token}"
                peer = jwt.encode({"sub": "person"}, SECRET, algorithm="HS256")
                headers = {"authorization": f"Bearer {peer}"}
                with httpx.Client(base_url=address, timeout=60, headers=headers) as theirs:
                    outside = {kind: through(ours, theirs, kind, number) for kind in WORK}
            caller = caller_of(started.addresses, token)
            code = {kind: within(python, environment, started, caller, kind, number) for kind in WORK}
    return [*_rows("inside", code), *_rows("through", outside)]


def _rows(where: str, arms: dict[str, tuple[Arm, Arm]]) -> list[dict[str, Any]]:
    """Theirs is A and ours is B: a ratio below 1 means that ours is quicker."""
    blocks = int(max(one.pairs.max() for both in arms.values() for one in both)) + 1
    compared, _ = compare({kind: (theirs, ours, None) for kind, (ours, theirs) in arms.items()}, blocks, (0.5, 0.99))
    said = {(one.operation, one.share): one for one in compared}
    rows = []
    for kind, (ours, theirs) in arms.items():
        median, tail = said[kind, 0.5], said[kind, 0.99]
        rows.append({"work": kind, "where": where, "requests": len(ours.values)} | {
            f"{side}_{name}_ms": round(quantile(list(one.values), share), 2)
            for side, one in (("ours", ours), ("monolith", theirs)) for name, share in (("p50", 0.5), ("p99", 0.99))
        } | {"p50_ratio": _bounds(median), "p50_verdict": median.verdict, "p99_ratio": _bounds(tail)})  # fmt: skip
    return rows


def _bounds(one: Any) -> str:
    found = one.interval
    return "–" if found is None else f"{found.estimate:.2f} ({found.low:.2f}–{found.high:.2f})"


def table(rows: list[dict[str, Any]]) -> str:
    head = "| work | where | ours p50 ms | monolith p50 ms | ours / monolith (99 %) | ours p99 ms | monolith p99 ms |"
    lines = [head, "|---|---|---:|---:|---|---:|---:|"]
    for row in rows:
        cells = [row["work"], row["where"], row["ours_p50_ms"], row["monolith_p50_ms"], row["p50_ratio"],
                 row["ours_p99_ms"], row["monolith_p99_ms"]]  # fmt: skip
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.bench_monolith", description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="the Python of the monolith's environment")
    parser.add_argument("--requests", type=int, default=500, help="of each kind on each side")
    parser.add_argument("--out", type=Path, default=BUILD / "bench.json")
    arguments = parser.parse_args()
    rows = bench(arguments.python.absolute(), arguments.requests)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"commit": commit(), "cpus": os.cpu_count(), "load_average": os.getloadavg(), "rows": rows}
    arguments.out.write_text(json.dumps(report, indent=2))
    print(table(rows))
    print(f"\nwritten: {arguments.out}")


if __name__ == "__main__":
    main()

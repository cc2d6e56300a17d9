"""The figures that a person asks for first: start times, memory, a submit and a cached read. `make measure`.

Starts a local cloud of its own from nothing and once more on the same data, with everything in it (its model too),
and calls it as one client, one request after another, while the workers pause: a submit would otherwise compete with
the model that it wakes. "Inside" is the warm function alone, without the gateway.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.performance.framework.inside import caller_of, http_event, inside
from tests.performance.framework.processes import used_by
from tests.performance.framework.under_test import BUILD, ROOT, Started, local_cloud

SUBMIT = "/api/v1/async-tasks/submit"
CACHED = "/api/v1/llm/health"
TASK = {
    "task_func": "llm_generate_rfc",
    "task_args": {"topic": "Measured", "sections": ["Summary"], "target_length": 100, "sources": ["no such document"]},
    "priority": "low",
}
WARMING = 20


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def row(name: str, milliseconds: list[float]) -> dict[str, Any]:
    return {
        "what": name,
        "requests": len(milliseconds),
        "p50_ms": round(quantile(milliseconds, 0.5), 2),
        "p95_ms": round(quantile(milliseconds, 0.95), 2),
        "p99_ms": round(quantile(milliseconds, 0.99), 2),
    }


def requests(client: httpx.Client, number: int, ask: Any) -> list[float]:
    """Milliseconds of each request after the warming ones; `ask` returns the answer and what to do after it."""
    times = []
    for turn in range(WARMING + number):
        began = time.perf_counter()
        answer, afterwards = ask(client)
        if turn >= WARMING:
            times.append((time.perf_counter() - began) * 1000)
        if not answer.is_success:
            raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text}")
        if afterwards is not None:
            afterwards(client, answer)
    return times


def submit(client: httpx.Client) -> Any:
    return client.post(SUBMIT, json=TASK, headers={"idempotency-key": uuid.uuid4().hex}), cancel


def cancel(client: httpx.Client, answer: httpx.Response) -> None:
    """So that what it holds comes back."""
    client.delete(f"/api/v1/async-tasks/{answer.json()['task_id']}")


def measured(started: Started, number: int) -> list[dict[str, Any]]:
    addresses = started.addresses
    _, user = started.accounts()
    started.pause_workers()
    with httpx.Client(base_url=addresses.api_url, timeout=60) as client:
        answer = client.post("/api/v1/auth/login", json={"email": user.email, "password": user.password})
        token = answer.raise_for_status().json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        rows = [
            row("GET /llm/health, through the cloud", requests(client, number, lambda c: (c.get(CACHED), None))),
            row("POST /async-tasks/submit, through the cloud", requests(client, number, submit)),
        ]
    caller = caller_of(addresses, token)
    for name, function, stem, event in (
        ("GET /llm/health, inside", "GetLlmHealthFunction", "get_llm_health", http_event(caller, "GET", CACHED)),
        ("POST /async-tasks/submit, inside", "SubmitTaskFunction", "submit_task",
         http_event(caller, "POST", SUBMIT, TASK, **{"idempotency-key": f"{uuid.uuid4().hex}-{{number}}"})),
    ):  # fmt: skip
        found = inside(addresses, function, stem, event, WARMING + number)
        if any(not status.startswith("2") for status in found["statuses"]):
            raise RuntimeError(f"{name}: {found['statuses']} {found['last']}")
        rows.append(row(name, found["milliseconds"][WARMING:]))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.measure", description=__doc__)
    parser.add_argument("--requests", type=int, default=300, help="of each kind (default: 300)")
    parser.add_argument("--out", type=Path, default=BUILD / "measure.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        with local_cloud(state) as first:
            from_nothing = first.seconds
        with local_cloud(state) as second:
            again = second.seconds
            parts = {**second.addresses.pids, "launcher": os.getpid()}
            idle = used_by(parts)
            rows = measured(second, arguments.requests)
            loaded = used_by(parts)
            stats = second.cloud.stats()
    sandboxes = [box["rss_mb"] for function in stats.values() for box in function["sandboxes"]]
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "load_average": os.getloadavg(),
        "cpus": os.cpu_count(),
        "start_from_nothing_s": round(from_nothing, 2),
        "start_again_s": round(again, 2),
        "requests": rows,
        "pss_mb_idle": {name: round(used.pss, 1) for name, used in idle.items()},
        "pss_mb_loaded": {name: round(used.pss, 1) for name, used in loaded.items()},
        "sandboxes": len(sandboxes),
        "sandbox_rss_mb_max": max(sandboxes, default=0.0),
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=2))
    show(report)
    print(f"\nwritten: {arguments.out}")


def commit() -> str:
    run = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return run.stdout.strip() or "unknown"


def show(report: dict[str, Any]) -> None:
    print(f"{report['commit']}  {report['at']}  {report['cpus']} CPUs, load {report['load_average'][0]:.1f}\n")
    print(f"start from nothing {report['start_from_nothing_s']:>6} s   with accounts and model")
    print(f"start again        {report['start_again_s']:>6} s\n")
    print(f"{'':<46}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'n':>6}")
    for one in report["requests"]:
        print(f"{one['what']:<46}{one['p50_ms']:>9}{one['p95_ms']:>9}{one['p99_ms']:>9}{one['requests']:>6}")
    print(f"\n{'PSS in MB':<20}{'at rest':>10}{'after':>10}")
    for name, idle in report["pss_mb_idle"].items():
        print(f"{name:<20}{idle:>10}{report['pss_mb_loaded'][name]:>10}")
    total = [round(sum(report[key].values()), 1) for key in ("pss_mb_idle", "pss_mb_loaded")]
    print(f"{'all':<20}{total[0]:>10}{total[1]:>10}")
    print(f"\n{report['sandboxes']} sandboxes, the largest {report['sandbox_rss_mb_max']} MB resident")


if __name__ == "__main__":
    main()

"""Time spent inside a warm function: its own handler, in a fresh process with the environment of the real sandbox.

What the gateway, the emulator and the Lambda host add is left out; PostgreSQL, its proxy and Valkey are not.
"""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from local.addresses import Addresses
from local.first_steps import invoke
from tests.performance.framework.under_test import ROOT

_LOOP = """
import importlib, json, sys, time
from types import SimpleNamespace
handler = importlib.import_module(sys.argv[1]).handler
job = json.load(sys.stdin)
answers, times = {}, []
for number in range(job["times"]):
    event = json.loads(json.dumps(job["event"]).replace("{number}", str(number)))
    context = SimpleNamespace(function_name="inside", memory_limit_in_mb=512, aws_request_id=f"inside-{number}",
        invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:inside",
        get_remaining_time_in_millis=lambda: 30000)
    began = time.perf_counter()
    answer = handler(event, context)
    times.append((time.perf_counter() - began) * 1000)
    status = str(answer["statusCode"])
    answers[status] = answers.get(status, 0) + 1
print("\\nRESULT " + json.dumps({"milliseconds": times, "statuses": answers, "last": answer["body"][:300]}))
"""


def caller_of(addresses: Addresses, token: str) -> dict[str, Any]:
    """What the authorizer passes on to functions for a token."""
    event = json.loads((ROOT / "events" / "http_api_authorizer.json").read_text())
    event["headers"]["authorization"] = f"Bearer {token}"
    event["identitySource"] = [f"Bearer {token}"]
    answer = invoke(addresses, "AuthorizeRequestFunction", event)
    return dict(answer["context"])


def http_event(caller: dict[str, Any], method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
    """The gateway's event for a request; `{number}` in it is replaced by the number of the call."""
    event: dict[str, Any] = json.loads((ROOT / "events" / "http_api.json").read_text())
    event |= {"routeKey": f"{method} {path}", "rawPath": path}
    event["requestContext"]["routeKey"] = event["routeKey"]
    event["requestContext"]["http"] |= {"method": method, "path": path}
    event["requestContext"]["authorizer"]["lambda"] = caller
    event["headers"] |= headers
    if body is not None:
        event["body"] = json.dumps(body)
        event["headers"] |= {"content-type": "application/json", "content-length": str(len(event["body"]))}
    return event


def inside(addresses: Addresses, function: str, stem: str, event: dict[str, Any], times: int) -> dict[str, Any]:
    """Milliseconds of each call and how many answers had which status. The function must be warm: called before."""
    with urllib.request.urlopen(f"{addresses.lambda_endpoint_url}/stats", timeout=10) as answer:  # noqa: S310
        sandboxes = json.load(answer)[function]["sandboxes"]
    raw = Path(f"/proc/{sandboxes[0]['pid']}/environ").read_bytes().decode()
    environment = dict(pair.split("=", 1) for pair in raw.split("\0") if "=" in pair)
    run = subprocess.run(
        [sys.executable, "-c", _LOOP, stem],
        input=json.dumps({"event": event, "times": times}),
        env=environment,
        cwd=environment["LAMBDA_TASK_ROOT"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    if run.returncode:
        raise RuntimeError(f"{function} failed inside: {run.stderr[-2000:]}")
    line = next(line for line in reversed(run.stdout.splitlines()) if line.startswith("RESULT "))
    return dict(json.loads(line.removeprefix("RESULT ")))

"""The demo of code documentation: a real file of this project is documented on the whole real path, and proved.

What the document says is held against Python's own parser, which the assistant does not use, and against the ledger.
"""

import ast
import io
import json
import time
from pathlib import Path
from typing import Any

import httpx

from assistant.documentation.mermaid import problems
from local.addresses import Addresses
from local.demo_proof import LEVELS, MILLION, charged
from local.errors import CloudError
from local.seed import accounts

LONGEST_SECONDS = 600
FINAL = {"completed", "failed", "cancelled", "dead"}
FILE = Path("layers/core/assistant/budget/alerts.py")


def run(addresses: Addresses, file: Path, build: Path) -> int:
    """Document one Python file; writes build/demo-code.md, .html, .docx and .json. The exit code."""
    code = file.read_text(encoding="utf-8")
    with httpx.Client(base_url=addresses.api_url, timeout=60) as http:
        sign_in(http, addresses)
        order = {
            "code_input": {"type": "string", "code": code, "language": "python", "filename": file.name},
            "documentation_type": "technical_specification",
            "detail_level": "brief",
        }
        print(f"  documenting {file}, {len(code.splitlines())} lines", flush=True)
        submitted = checked(http.post("/api/v1/documentation/generate", json=order))
        print(f"  submitted task {submitted['task_id']}, held ${submitted['held']:.6f}", flush=True)
        task = watched(http, submitted["task_id"])
        files = {}
        if task["result"]:
            path = task["result"]["download"].partition("?")[0]
            files = {kind: http.get(path, params={"format": kind}) for kind in ("md", "html", "docx")}
    ledger = charged(addresses, submitted["task_id"])
    record = {"task": task, "held": submitted["held"], "ledger": ledger, "file": str(file)}
    failures = prove(code, record, files)
    build.mkdir(parents=True, exist_ok=True)
    (build / "demo-code.json").write_text(json.dumps({**record, "failures": failures}, indent=2, ensure_ascii=False))
    for kind, answer in files.items():
        (build / f"demo-code.{kind}").write_bytes(answer.content)
    if task["result"]:
        print("\n" + "\n".join(f"  │ {line}" for line in task["result"]["content"].splitlines()) + "\n")
        print(f"  cost       ${task['cost']:.6f} of ${submitted['held']:.6f} held")
    print(f"  written: {build}/demo-code.md, .html, .docx, .json")
    for failure in failures:
        print(f"  FAILED: {failure}")
    return 1 if failures else 0


def sign_in(http: httpx.Client, addresses: Addresses) -> None:
    """As the demo user."""
    _, user = accounts(addresses)
    answer = checked(http.post("/api/v1/auth/login", json={"email": user.email, "password": user.password}))
    http.headers["authorization"] = f"Bearer {answer['access_token']}"


def watched(http: httpx.Client, task_id: str) -> dict[str, Any]:
    """The task once it is final; its stages are printed as they come."""
    until, seen = time.monotonic() + LONGEST_SECONDS, None
    while time.monotonic() < until:
        answer = http.get(f"/api/v1/async-tasks/{task_id}")
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(int(answer.headers["retry-after"]))
            continue
        task = checked(answer)
        if (task["stage"], task["progress"]) != seen:
            seen = task["stage"], task["progress"]
            print(f"  {task['progress']:3d} %  {task['stage']}", flush=True)
        if task["status"] in FINAL:
            return task
        time.sleep(2.1)  # a user may ask thirty times a minute
    raise CloudError(f"The task did not end within {LONGEST_SECONDS} seconds.")


def prove(code: str, record: dict[str, Any], files: dict[str, httpx.Response]) -> list[str]:
    """What is not as it must be, one line each; empty when all is well."""
    task = record["task"]
    if task["status"] != "completed" or not task["result"]:
        return [f"the task is {task['status']}: {task['error']}"]
    content, facts, failures = task["result"]["content"], task["result"]["facts"], []
    tree = ast.parse(code)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    types = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    counted = {"functions": len(functions), "types": len(types), "lines": len(code.splitlines())}
    failures += [
        f"{name} are {wanted} by Python's own parser and {facts[name]} in the document"
        for name, wanted in counted.items()
        if facts[name] != wanted
    ]
    failures += [
        f"{node.name} is missing" for node in [*functions, *types] if node.name.replace("_", r"\_") not in content
    ]
    for diagram in content.split("```mermaid\n")[1:]:
        failures += [f"a diagram is wrong: {problem}" for problem in problems(diagram.partition("\n```")[0])]
    if "```mermaid" not in content:
        failures.append("there is no diagram")
    if "✎ " not in content:
        failures.append("the model wrote nothing")
    cost = round(task["cost"] * MILLION)
    if record["ledger"] != [cost] * LEVELS or not 0 < cost <= round(record["held"] * MILLION):
        failures.append(f"the ledger says {record['ledger']}, the task {cost}, held {record['held']}")
    return failures + _files(content, files)


def _files(content: str, files: dict[str, httpx.Response]) -> list[str]:
    from docx import Document

    failures = [f"{kind} answered {answer.status_code}" for kind, answer in files.items() if answer.is_error]
    if failures:
        return failures
    if files["md"].text != content:
        failures.append("the Markdown file is not the document")
    if "<h1>" not in files["html"].text or "<script" in files["html"].text:
        failures.append("the page is not one")
    if Document(io.BytesIO(files["docx"].content)).paragraphs[0].text != content.splitlines()[0].lstrip("# "):
        failures.append("the Word file does not begin as the document does")
    return failures


def checked(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON; a refusal ends the demo with its problem's words."""
    if answer.is_error:
        raise CloudError(f"{answer.request.url.path} answered {answer.status_code}: {answer.text}")
    body: dict[str, Any] = answer.json()
    return body

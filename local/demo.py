"""`make demo`: the main job once, without hands, on the whole real path; exits 0 only if all of it happened.

Uploads a folder of Markdown, signs in as the demo user, opens the socket, submits a task, shows its stages as they
come, prints the document and what it cost, and writes build/demo.json and build/demo.md. KIND says which task.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from assistant.client import HistoryLost, NotificationClient, Shown
from assistant.client.gateway import gateway
from local import demo_code
from local.addresses import Addresses, running
from local.demo_kinds import KINDS, Kind
from local.demo_proof import charged, prove
from local.errors import CloudError
from local.seed import accounts, seed

LONGEST_SECONDS = 600  # a cold 2-core machine needs about one minute
FINAL = {"task_completed", "task_failed", "task_cancelled"}
BAR = 30


def demo(arguments: argparse.Namespace) -> int:
    """Run the demo; its exit code."""
    if arguments.kind == "code":
        with attached(arguments) as addresses:
            return demo_code.run(addresses, Path(arguments.docs or demo_code.FILE), Path(arguments.build))
    kind = KINDS[arguments.kind]
    docs = Path(arguments.docs or kind.docs)
    files = sorted(docs.rglob("*.md"))
    if not files:
        raise CloudError(f"There is no Markdown under {docs}: give a folder of .md files with DOCS=path.")
    with attached(arguments) as addresses:
        run = Demo(addresses, kind, docs, arguments.topic, arguments.words)
        return run.run(files, Path(arguments.build))


@contextmanager
def attached(arguments: argparse.Namespace) -> Iterator[Addresses]:
    """The local cloud that runs, or one that runs as long as the demo."""
    if addresses := running(arguments.state):
        yield addresses
        return
    from local.cloud import LocalCloud
    from local.settings import Settings

    say("No local cloud runs, so one starts for the demo …")
    began = time.monotonic()
    with LocalCloud(arguments.root, arguments.state, settings=replace(Settings.read(), console_port=None)) as cloud:
        seed(cloud.addresses)
        say(f"  everything is up  {time.monotonic() - began:.1f} s")
        yield cloud.addresses


class Demo:
    """One run: what it did, when, and what came over the socket."""

    def __init__(self, addresses: Addresses, kind: Kind, docs: Path, topic: str, words: int) -> None:
        self._addresses, self._kind, self._docs, self._topic, self._words = addresses, kind, docs, topic, words
        self._http = httpx.Client(base_url=addresses.api_url, timeout=60)
        self._began = time.monotonic()
        self.stages: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []

    def run(self, files: list[Path], build: Path) -> int:
        token = self._sign_in()
        documents = [self._upload(path) for path in files]
        say(f"  uploaded {len(documents)} documents, {sum(d['chunks'] for d in documents)} chunks")
        budget_before = self._get("/api/v1/budget/status")
        began_at, submitted = asyncio.run(self._submit_and_watch(token, documents))
        task = self._get(f"/api/v1/async-tasks/{submitted['task_id']}")
        budget_after = self._get("/api/v1/budget/status")
        record = {
            "topic": self._topic,
            "documents": documents,
            "task": {key: value for key, value in task.items() if key != "result"},
            "stages": self.stages,
            "connected_at": began_at,
            "messages": self.messages,
            "result": task["result"],
            "sources_used": (task["result"] or {}).get("sources_used", []),
            "hold": submitted["held"],
            "settled": task["cost"],
            "ledger": charged(self._addresses, submitted["task_id"]),
            "budget_before": budget_before,
            "budget_after": budget_after,
        }
        record.update(self._kind.after(self._http, record))
        failures = prove(record, self._kind.prove)
        record["failures"] = failures
        build.mkdir(parents=True, exist_ok=True)
        (build / "demo.json").write_text(json.dumps(record, indent=2, ensure_ascii=False))
        if task["result"]:
            (build / "demo.md").write_text(self._kind.document(task["result"]))
        self._report(record)
        say(f"\n  written: {build}/demo.json, {build}/demo.md")
        for failure in failures:
            say(f"  FAILED: {failure}")
        return 1 if failures else 0

    def _sign_in(self) -> str:
        _, user = accounts(self._addresses)
        answer = self._http.post("/api/v1/auth/login", json={"email": user.email, "password": user.password})
        signed_in = checked(answer)
        token: str = signed_in["access_token"]
        self._http.headers["authorization"] = f"Bearer {token}"
        say(f"  signed in as {user.email}")
        return token

    def _upload(self, path: Path) -> dict[str, Any]:
        name = path.relative_to(self._docs).as_posix().replace("/", "_")  # two folders may hold the same name
        files = {"file": (name, path.read_bytes(), "text/markdown")}
        answer = self._http.post("/api/v1/upload", files=files, data={"title": title_of(path)})
        while answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(int(answer.headers["retry-after"]))
            answer = self._http.post("/api/v1/upload", files=files, data={"title": title_of(path)})
        stored = checked(answer)
        return {**stored, "path": str(path)}

    def _submit(self, documents: list[dict[str, Any]]) -> dict[str, Any]:
        task_type, args = self._kind.task(documents, self._topic, self._words)
        body = {"task_func": task_type, "task_args": args}
        return checked(self._http.post("/api/v1/async-tasks/submit", json=body))

    def _get(self, path: str) -> dict[str, Any]:
        return checked(self._http.get(path))

    async def _submit_and_watch(
        self, token: str, documents: list[dict[str, Any]]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Where in the log the client began, and the task that it watched to its end."""
        client = NotificationClient(gateway(self._addresses.api_url, self._addresses.websocket_url, token))
        events = client.events()
        submitted: dict[str, Any] = {}
        began_at: dict[str, Any] = {}

        async def submit() -> None:
            while client.inbox.epoch is None:  # noqa: ASYNC110 - from the greeting on, nothing is missed
                await asyncio.sleep(0.02)
            began_at.update(epoch=client.inbox.epoch, offset=client.inbox.offset)
            submitted.update(await asyncio.to_thread(self._submit, documents))
            say(f"  submitted task {submitted['task_id']}, held ${submitted['held']:.6f}\n")

        async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as tasks:
            tasks.create_task(submit())
            async for event in events:
                if isinstance(event, HistoryLost):
                    raise CloudError("The log no longer reaches back to where the demo began.")
                if isinstance(event, Shown) and self._heard(event.message, submitted):
                    break
        await client.close()
        return began_at, submitted

    def _heard(self, message: dict[str, Any], submitted: dict[str, Any]) -> bool:
        """Show a stage; whether it was the last."""
        self.messages.append(message)
        data = message["data"]
        if "task_id" not in data or submitted.get("task_id", data["task_id"]) != data["task_id"]:
            return False
        stage = {"stage": data["stage"], "progress": data["progress"], "seconds": self._seconds()}
        if section := data.get("section"):
            stage["section"] = section
        self.stages.append(stage)
        filled = round(BAR * data["progress"] / 100)
        say(
            f"  [{'█' * filled}{'·' * (BAR - filled)}] {data['progress']:3d} %  {stage['seconds']:6.1f} s"
            f"  #{message['offset']:<4d} {data['stage']}{': ' + section if section else ''}"
        )
        return message["type"] in FINAL

    def _seconds(self) -> float:
        return round(time.monotonic() - self._began, 1)

    def _report(self, record: dict[str, Any]) -> None:
        result = record["result"]
        if record["task"]["status"] != "completed" or result is None:
            say(f"\n  the task ended as {record['task']['status']}: {record['task']['error']}")
            return
        say("\n" + "\n".join(f"  │ {line}" for line in self._kind.document(result).splitlines()) + "\n")
        usage = result["usage"]
        say(f"  model      {result['model']} ({result['provider']}), {usage['calls']} calls")
        say(f"  tokens     {usage['input_tokens']} in, {usage['output_tokens']} out")
        say(f"  held       ${record['hold']:.6f}")
        say(f"  cost       ${record['settled']:.6f}")
        budget = record["budget_after"]
        say(f"  left       ${budget['remaining_budget']:.6f} of ${budget['budget_limit']:.2f}")
        for line in self._kind.summary(record):
            say(f"  {line}")


def title_of(path: Path) -> str:
    """The first heading of a Markdown file, else its name."""
    lines = path.read_text().splitlines()
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), path.stem)[:300]


def checked(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON; a refusal ends the demo with its problem's words."""
    if answer.is_error:
        raise CloudError(
            f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {answer.text}"
        )
    body: dict[str, Any] = answer.json()
    return body


def say(line: str) -> None:
    print(line, flush=True)

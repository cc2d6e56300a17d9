"""The service: which function an invocation is for, what its caller is told, and who may stay warm."""

import asyncio
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from local.lambda_host.function import API_SECONDS, PAYLOAD_LIMIT, Function, Outcome, ThrottledError
from local.lambda_host.output import FunctionLog
from local.lambda_host.pool import Pool
from local.lambda_host.sandbox import Sandbox
from local.lambda_host.source import SourceVersion

SANDBOXES_PER_FUNCTION = max(4, 2 * (os.cpu_count() or 2))
STARTS_AT_ONCE = max(2, os.cpu_count() or 2)
"""Over all functions: a start is nearly all computing, so that more at once only end later."""
WARM_IN_TOTAL = int(os.environ.get("WARM_SANDBOXES", "24"))
"""Processes over all functions; a load test sets it so that none is stopped for another."""
IDLE_SECONDS = 300.0
_ASYNC_TRIES = 3


class UnknownFunctionError(Exception):
    """No function of that name is deployed."""


class TooLargeError(Exception):
    """The event is larger than Lambda takes."""


class Host:
    """All functions, found by logical id or by deployed name."""

    def __init__(self, logs: Path, libraries: list[Path], sources: list[Path]) -> None:
        self._logs = logs
        self._python_path = os.pathsep.join(str(path) for path in libraries)
        self._source = SourceVersion(sources)
        self._pools: dict[str, Pool] = {}
        self._names: dict[str, str] = {}
        self._background: set[asyncio.Future[Any]] = set()
        self.subprotocols: dict[str, str] = {}
        """What a $connect handler chose, by the handshake's key: the gateway must answer it to the browser."""

    async def deploy(self, functions: list[Function]) -> None:
        """Replace what is deployed."""
        await self.close()
        turns = asyncio.Semaphore(STARTS_AT_ONCE)
        self._pools = {
            function.logical_id: Pool(function, self._start, SANDBOXES_PER_FUNCTION, turns) for function in functions
        }
        self._names = {function.name: function.logical_id for function in functions}

    def pool(self, name: str) -> Pool:
        """Find a function's pool by logical id, deployed name or ARN."""
        bare = name.split(":function:")[-1].split(":")[0]
        pool = self._pools.get(self._names.get(bare, bare))
        if pool is None:
            raise UnknownFunctionError(name)
        return pool

    async def invoke(self, name: str, event: bytes, request_id: str = "", trace: str = "") -> Outcome:
        """Run an invocation and wait for its end."""
        if len(event) > PAYLOAD_LIMIT:
            raise TooLargeError
        pool = self.pool(name)
        await self._make_room(pool)
        return await pool.run(event or b"{}", request_id or str(uuid.uuid4()), trace or _trace(), self._source.number)

    def invoke_later(self, name: str, event: bytes) -> str:
        """Accept an asynchronous invocation: tried three times (AWS waits minutes between, this does not)."""
        self.pool(name)
        if len(event) > PAYLOAD_LIMIT:
            raise TooLargeError
        request_id = str(uuid.uuid4())

        async def tries() -> None:
            for _ in range(_ASYNC_TRIES):
                try:
                    if (await self.invoke(name, event, request_id)).error is None:
                        return
                except ThrottledError:
                    await asyncio.sleep(1)

        self._keep(asyncio.create_task(tries()))
        return request_id

    async def invoke_for_api(self, name: str, event: bytes, request_id: str, trace: str) -> Outcome:
        """Run an invocation of the gateway, with the limits and the error answers of API Gateway.

        The gateway stops waiting after 29 s while the function runs on, and a failure of the function is told as a
        bare 500: the emulator would show its text to the client.
        """
        kind = _api_kind(event)
        if kind is None:
            return await self.invoke(name, event, request_id, trace)
        try:
            running = asyncio.ensure_future(self.invoke(name, event, request_id, trace))
            self._keep(running)
            outcome = await asyncio.wait_for(asyncio.shield(running), API_SECONDS)
        except TimeoutError:
            return _api_answer(503, "Service Unavailable")
        except ThrottledError:
            return _api_answer(503, "Service Unavailable")
        except TooLargeError:
            return _api_answer(413, "Request Entity Too Large")
        if kind == "CONNECT":
            self._remember_subprotocol(event, outcome)
        return _api_answer(500, "Internal Server Error") if outcome.error else outcome

    def _remember_subprotocol(self, event: bytes, outcome: Outcome) -> None:
        headers = (_object(outcome.payload).get("headers") or {}).items()
        chosen = next((str(value) for name, value in headers if str(name).lower() == "sec-websocket-protocol"), None)
        asked = {str(name).lower(): value for name, value in (_object(event).get("headers") or {}).items()}
        if chosen and (key := asked.get("sec-websocket-key")):
            self.subprotocols[str(key)] = chosen

    async def _start(self, function: Function) -> tuple[Sandbox, Outcome | None]:
        log = FunctionLog(self._logs / f"{function.logical_id}.log", function.logical_id)
        sandbox = Sandbox(function, source=self._source.number, python_path=self._python_path, log=log.write)
        problem = await sandbox.start()
        if problem is not None:
            log.write(b"Init failed: " + problem.payload + b"\n")
        return sandbox, problem

    async def _make_room(self, wanted: Pool) -> None:
        if wanted.idle:
            return
        while sum(len(pool.idle) + len(pool.busy) for pool in self._pools.values()) >= WARM_IN_TOTAL:
            idle = [pool for pool in self._pools.values() if pool.idle]
            if not idle:
                return
            await min(idle, key=lambda pool: min(sandbox.idle_since for sandbox in pool.idle)).drop_oldest()

    async def keep_house(self) -> None:
        """Once a second: notice changed source, stop idle sandboxes, write the memory that is due."""
        while True:
            await asyncio.sleep(1)
            before = self._source.number
            changed = await asyncio.to_thread(self._source.refresh) != before
            for pool in list(self._pools.values()):
                await pool.reap(0 if changed else IDLE_SECONDS)

    async def kill(self, name: str) -> int:
        """Kill the sandboxes of a function, busy or not; return how many."""
        return await self.pool(name).close()

    async def close(self) -> None:
        """End everything."""
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))

    def functions(self) -> list[Function]:
        """Return what is deployed."""
        return [pool.function for pool in self._pools.values()]

    def stats(self) -> dict[str, Any]:
        """Return the numbers of every function that was called."""
        return {name: pool.stats() for name, pool in self._pools.items() if pool.invocations}

    def _keep(self, task: "asyncio.Future[Any]") -> None:
        self._background.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: "asyncio.Future[Any]") -> None:
        self._background.discard(task)
        if not task.cancelled():
            task.exception()  # was told to the caller, or has none


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _api_kind(event: bytes) -> str | None:
    """Return HTTP, CONNECT, MESSAGE or DISCONNECT for an API's event, None for any other and for authorizers."""
    if b'"requestContext"' not in event:
        return None
    found = _object(event)
    context = found.get("requestContext")
    if not isinstance(context, dict) or found.get("type") == "REQUEST":
        return None
    if isinstance(context.get("http"), dict):
        return "HTTP"
    return str(context["eventType"]) if "connectionId" in context and "eventType" in context else None


def _api_answer(status: int, message: str) -> Outcome:
    answer = {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": message}),
    }
    return Outcome(json.dumps(answer).encode())


def _trace() -> str:
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"

"""One sandbox: a process under awslambdaric, and the Runtime API it talks to, on a port of its own."""

import asyncio
import contextlib
import os
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from local.lambda_host.function import (
    INIT_SECONDS,
    PAYLOAD_LIMIT,
    REGION,
    RESPONSE_LIMIT,
    Function,
    Outcome,
    failure,
)
from local.process import die_with_parent

_RUNTIME = "/2018-06-01/runtime"
_LINE_LIMIT = 256 * 1024


@dataclass
class _Invocation:
    request_id: str
    event: bytes
    deadline: float
    trace: str
    outcome: "asyncio.Future[Outcome]"


class Sandbox:
    """Runs one request at a time; keeps its module state between them; dies with a timeout or a crash."""

    def __init__(self, function: Function, *, source: int, python_path: str, log: Callable[[bytes], None]) -> None:
        self.function = function
        self.source = source
        """The version of the source tree that it loaded."""
        self.idle_since = time.monotonic()
        self.init_seconds = 0.0
        self.alive = False
        self._python_path, self._log = python_path, log
        self._stream = f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid.uuid4().hex}"
        self._queue: asyncio.Queue[_Invocation] = asyncio.Queue()
        self._current: _Invocation | None = None
        self._initialized: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._process: asyncio.subprocess.Process | None = None
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int | None:
        """The process id, once started."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> Outcome | None:
        """Start the process and load the handler; return the failure when that does not work."""
        began = time.monotonic()
        port = await self._serve()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "awslambdaric",
            self.function.handler,
            cwd=self.function.code,
            env=self._environment(port),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
            limit=_LINE_LIMIT,
        )
        self.alive = True
        self._tasks = [asyncio.create_task(self._read_output()), asyncio.create_task(self._watch())]
        done, _ = await asyncio.wait({self._initialized}, timeout=INIT_SECONDS)
        problem = (
            self._initialized.result()
            if done
            else failure("Sandbox.Timedout", f"Init phase timed out after {INIT_SECONDS:.2f} seconds", timed_out=True)
        )
        self.init_seconds = time.monotonic() - began
        if problem is not None:
            await self.stop()
        return problem

    async def invoke(self, event: bytes, request_id: str, trace: str, seconds: float) -> Outcome:
        """Run the handler on an event; a timeout kills the sandbox, as it does on AWS."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        invocation = _Invocation(request_id, event, time.time() + seconds, trace, outcome)
        self._current = invocation
        self._queue.put_nowait(invocation)
        if not self.alive:
            return self._exited(None)
        done, _ = await asyncio.wait({outcome}, timeout=seconds)
        self._current = None
        self.idle_since = time.monotonic()
        if not done:
            await self.stop()
            return failure(
                "Sandbox.Timedout",
                f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds",
                timed_out=True,
            )
        return outcome.result()

    async def stop(self) -> None:
        """Kill the process and all it started, and close its Runtime API."""
        self.alive = False
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, 9)
            await self._process.wait()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def _environment(self, port: int) -> dict[str, str]:
        function = self.function
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.environ.get("HOME", "/tmp"),  # noqa: S108 - a default of last resort
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONPATH": self._python_path + os.pathsep + function.code,
            "LAMBDA_TASK_ROOT": function.code,
            "_HANDLER": function.handler,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group or f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": self._stream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            **function.environment,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        }

    async def _serve(self) -> int:
        # The client sends init errors to the bare host and port, so a path prefix cannot tell sandboxes apart.
        application = web.Application(client_max_size=2 * PAYLOAD_LIMIT)
        application.router.add_get(_RUNTIME + "/invocation/next", self._next)
        application.router.add_post(_RUNTIME + "/invocation/{id}/response", self._response)
        application.router.add_post(_RUNTIME + "/invocation/{id}/error", self._error)
        application.router.add_post(_RUNTIME + "/init/error", self._init_error)
        # A stopped sandbox leaves its long poll open: without a short limit closing would wait a minute for it.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def _next(self, _request: web.Request) -> web.Response:
        if not self._initialized.done():
            self._initialized.set_result(None)
        invocation = await self._queue.get()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.function.arn,
            "Lambda-Runtime-Trace-Id": invocation.trace,
        }
        return web.Response(body=invocation.event, content_type="application/json", headers=headers)

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.read()
        if len(body) > RESPONSE_LIMIT:
            size = f"Response payload size ({len(body)} bytes)"
            message = f"{size} exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
            self.alive = False  # the runtime client ends its process when an answer is refused
            self._finish(request, failure("Function.ResponseSizeTooLarge", message))
            return web.json_response({"errorType": "RequestEntityTooLarge", "errorMessage": message}, status=413)
        self._finish(request, Outcome(body))
        return web.json_response({"status": "OK"}, status=202)

    async def _error(self, request: web.Request) -> web.Response:
        self._finish(request, Outcome(await request.read(), "Unhandled"))
        return web.json_response({"status": "OK"}, status=202)

    async def _init_error(self, request: web.Request) -> web.Response:
        if not self._initialized.done():
            self._initialized.set_result(Outcome(await request.read(), "Unhandled"))
        return web.json_response({"status": "OK"}, status=202)

    def _finish(self, request: web.Request, outcome: Outcome) -> None:
        current = self._current
        if current is not None and current.request_id == request.match_info["id"] and not current.outcome.done():
            current.outcome.set_result(outcome)

    def _exited(self, code: int | None) -> Outcome:
        request = f"RequestId: {self._current.request_id} " if self._current else ""
        how = f"signal: {-code}" if code is not None and code < 0 else f"exit status {code}"
        return failure("Runtime.ExitError", f"{request}Error: Runtime exited with error: {how}")

    async def _watch(self) -> None:
        assert self._process is not None
        code = await self._process.wait()
        self.alive = False
        outcome = self._exited(code)
        if not self._initialized.done():
            self._initialized.set_result(outcome)
        if self._current is not None and not self._current.outcome.done():
            self._current.outcome.set_result(outcome)

    async def _read_output(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:  # a line beyond the limit; readline dropped it
                line = b"(a line of output was too long to keep)\n"
            if not line:
                return
            self._log(line)


def resident_megabytes(pid: int | None) -> float:
    """Return the resident memory of a process, 0 when it is gone or unknown."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def describe(sandbox: Sandbox) -> dict[str, Any]:
    """Return what /stats shows of one sandbox."""
    return {
        "pid": sandbox.pid,
        "init_ms": round(sandbox.init_seconds * 1000, 1),
        "rss_mb": round(resident_megabytes(sandbox.pid), 1),
    }

"""The cloud emulator (ministack), and in front of it one plain address for the application.

Run as `python -m local.parts.gateway AWS_PORT API_PORT HOST_PORT`. AWS_PORT is ministack's own: point AWS_ENDPOINT_URL
there. On API_PORT every path belongs to the deployed HTTP API and every WebSocket to the deployed WebSocket API, as
behind a domain name. Four holes of ministack are closed here: it answers no WebSocket subprotocol, it takes HTTP
bodies of any size, its API addresses carry an id that changes with every start, and it keeps a log stream of each
invocation in memory for ever, though the Lambda host writes what functions print into files.
"""

import asyncio
import json
import os
import sys
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from local.process import Process, bare_environment

HTTP_BODY_LIMIT = 10 * 1024 * 1024
CONTROL_PATH = "/_local/apis"

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_Application = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


def process(aws_port: int, api_port: int, host_port: int, state: Path, project: Path, log: Path) -> Process:
    """Describe the gateway. Objects of S3 lie on disk and stay; all else of the emulator is deployed afresh."""

    def ready() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{aws_port}/_ministack/health", timeout=1) as answer:
            return bool(answer.status == 200)

    temporary = state / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return Process(
        name="The cloud emulator",
        command=[sys.executable, "-m", "local.parts.gateway", str(aws_port), str(api_port), str(host_port)],
        log=log,
        ready=ready,
        environment=bare_environment(
            PYTHONPATH=str(project),
            TMPDIR=str(temporary),
            GATEWAY_PORT=str(aws_port),
            MINISTACK_HOST="localhost",
            BIND_HOST="127.0.0.1",
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            AWS_DEFAULT_REGION="us-east-1",
            AWS_ACCESS_KEY_ID="local",
            AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 - the emulator checks none
            S3_PERSIST="1",
            S3_DATA_DIR=str(state / "data" / "s3"),
            MINISTACK_WORKER_THREADS="128",
            DOCKER_HOST="unix:///nonexistent",
            LOG_LEVEL="WARNING",
        ),
    )


class Gateway:
    """Sends what arrives on the application's port to the right API of the emulator; the rest passes unchanged."""

    def __init__(self, emulator: _Application, api_port: int, host_port: int) -> None:
        self._emulator = emulator
        self._api_port = api_port
        self._host_port = host_port
        self._apis: dict[str, str] = {}

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Serve one connection or request (ASGI)."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http" and scope["server"][1] == self._api_port:
            await self._http(scope, receive, send)
        else:
            await self._emulator(scope, receive, send)

    async def _http(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["path"] == CONTROL_PATH and scope["method"] == "PUT":
            self._apis = json.loads((await receive())["body"])
            await _answer(send, 200, {"message": "OK"})
        elif "http" not in self._apis:
            await _answer(send, 503, {"message": "The local cloud is still starting"})
        elif _declared_length(scope) > HTTP_BODY_LIMIT:
            while (await receive()).get("more_body"):
                pass  # a client that is still sending would see a broken connection instead of the answer
            await _answer(send, 413, {"message": "Request Entity Too Large"})
        else:
            await self._emulator(_below(scope, self._apis["http"]), receive, send)

    async def _websocket(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        asked = scope.get("subprotocols") or []
        key = next((value.decode() for name, value in scope["headers"] if name == b"sec-websocket-key"), "")

        async def answered(message: _Message) -> None:
            if asked and message["type"] == "websocket.accept" and not message.get("subprotocol"):
                chosen = await asyncio.to_thread(self._chosen_subprotocol, key)
                if chosen in asked:
                    message = {**message, "subprotocol": chosen}
            await send(message)

        if scope["server"][1] == self._api_port and "websocket" in self._apis:
            path = "/" + self._apis["stage"]
            scope = {
                **_addressed_to(scope, f"{self._apis['websocket']}.execute-api.localhost"),
                "path": path,
                "raw_path": path.encode(),
            }
        await self._emulator(scope, receive, answered)

    def _chosen_subprotocol(self, key: str) -> str:
        url = f"http://127.0.0.1:{self._host_port}/subprotocol?key={urllib.parse.quote(key, safe='')}"
        with urllib.request.urlopen(url, timeout=2) as answer:
            return str(answer.read().decode())


def _below(scope: _Scope, api: str) -> _Scope:
    """Address an HTTP API by path: by host name the emulator would keep /health, /login and others for itself."""
    prefix = f"/_aws/execute-api/{api}/$default"
    path = {"path": prefix + scope["path"], "raw_path": prefix.encode() + scope["raw_path"]}
    return {**_addressed_to(scope, "localhost"), **path}


def _addressed_to(scope: _Scope, host: str) -> _Scope:
    rest = (header for header in scope["headers"] if header[0] != b"host")
    return {**scope, "headers": [(b"host", host.encode()), *rest]}


def _declared_length(scope: _Scope) -> int:
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(value) if value.isdigit() else 0


async def _answer(send: _Send, status: int, body: dict[str, str]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def main(arguments: list[str]) -> None:
    """Serve both ports until SIGTERM."""
    import resource

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app  # type: ignore[import-untyped]
    from ministack.services import lambda_svc  # type: ignore[import-untyped]

    assert lambda_svc._emit_lambda_logs
    lambda_svc._emit_lambda_logs = lambda *_, **__: None
    aws_port, api_port, host_port = (int(value) for value in arguments)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a thousand sockets need more than the usual 1024
    config = Config()
    config.bind = [f"127.0.0.1:{aws_port}", f"127.0.0.1:{api_port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.2
    config.loglevel = os.environ.get("LOG_LEVEL", "WARNING")
    asyncio.run(serve(Gateway(app, api_port, host_port), config))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1:])

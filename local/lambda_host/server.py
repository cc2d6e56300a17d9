"""The host's HTTP side: the emulator's proxy calls, Lambda's Invoke API, and the launcher's control.

Run as `python -m local.lambda_host.server PORT ROOT STATE`.
"""

import asyncio
import contextlib
import json
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from local.lambda_host.function import PAYLOAD_LIMIT, Function, ThrottledError
from local.lambda_host.host import Host, TooLargeError, UnknownFunctionError

_HANDLER = Callable[[web.Request], Awaitable[web.StreamResponse]]
HOST: web.AppKey[Host] = web.AppKey("host", Host)


async def proxied(request: web.Request) -> web.Response:
    """POST /invoke/{logical id}: an invocation that the emulator received."""
    outcome = await request.app[HOST].invoke_for_api(
        request.match_info["name"],
        await request.read(),
        request.headers.get("X-Amzn-Lambda-Request-Id", ""),
        request.headers.get("X-Amzn-Trace-Id", ""),
    )
    return web.Response(status=500 if outcome.error else 200, body=outcome.payload, content_type="application/json")


async def invoke(request: web.Request) -> web.Response:
    """POST /2015-03-31/functions/{name}/invocations: Lambda's Invoke, as boto3 calls it."""
    host, name = request.app[HOST], request.match_info["name"]
    event = await request.read()
    kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
    if kind == "DryRun":
        host.pool(name)
        return web.Response(status=204)
    try:
        json.loads(event or b"{}")
    except ValueError as error:
        return _refusal(400, "InvalidRequestContentException", f"Could not parse request body into json: {error}")
    if kind == "Event":
        return web.Response(status=202, headers={"x-amzn-RequestId": host.invoke_later(name, event)})
    request_id = str(uuid.uuid4())
    outcome = await host.invoke(name, event, request_id, request.headers.get("X-Amzn-Trace-Id", ""))
    headers = {"x-amzn-RequestId": request_id, "X-Amz-Executed-Version": "$LATEST"}
    if outcome.error:
        headers["X-Amz-Function-Error"] = outcome.error
    return web.Response(body=outcome.payload, content_type="application/json", headers=headers)


async def deploy(request: web.Request) -> web.Response:
    """PUT /functions: what is deployed from now on."""
    await request.app[HOST].deploy([Function(**item) for item in await request.json()])
    return web.Response(status=204)


async def functions(request: web.Request) -> web.Response:
    """GET /functions: the deployed functions and their names."""
    return web.json_response([{"logical_id": f.logical_id, "name": f.name} for f in request.app[HOST].functions()])


async def stats(request: web.Request) -> web.Response:
    """GET /stats: per function, cold starts, invocations, errors and memory."""
    return web.json_response(request.app[HOST].stats())


async def kill(request: web.Request) -> web.Response:
    """DELETE /sandboxes/{name}: kill a function's processes, for tests of what then happens."""
    return web.json_response({"killed": await request.app[HOST].kill(request.match_info["name"])})


async def subprotocol(request: web.Request) -> web.Response:
    """GET /subprotocol?key=…: what the $connect handler of that handshake chose, once."""
    return web.Response(text=request.app[HOST].subprotocols.pop(request.query.get("key", ""), ""))


def _refusal(status: int, kind: str, message: str) -> web.Response:
    return web.json_response({"Type": "User", "Message": message}, status=status, headers={"x-amzn-ErrorType": kind})


@web.middleware
async def refusals(request: web.Request, handler: _HANDLER) -> web.StreamResponse:
    """Answer what was never run as Lambda does."""
    try:
        return await handler(request)
    except UnknownFunctionError as error:
        return _refusal(404, "ResourceNotFoundException", f"Function not found: {error}")
    except ThrottledError:
        return _refusal(429, "TooManyRequestsException", "Rate Exceeded.")
    except TooLargeError:
        return _refusal(
            413,
            "RequestTooLargeException",
            f"Request must be smaller than {PAYLOAD_LIMIT} bytes for the InvokeFunction operation",
        )


def application(host: Host) -> web.Application:
    """Build the service around a host."""
    app = web.Application(client_max_size=4 * PAYLOAD_LIMIT, middlewares=[refusals])
    app[HOST] = host
    app.router.add_post("/invoke/{name}", proxied)
    app.router.add_post("/2015-03-31/functions/{name}/invocations", invoke)
    app.router.add_put("/functions", deploy)
    app.router.add_get("/functions", functions)
    app.router.add_get("/stats", stats)
    app.router.add_get("/subprotocol", subprotocol)
    app.router.add_delete("/sandboxes/{name}", kill)
    return app


async def serve(port: int, host: Host) -> None:
    """Serve until SIGTERM, then end every sandbox."""
    runner = web.AppRunner(application(host), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    house = asyncio.create_task(host.keep_house())
    await ended.wait()
    house.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await house
    await host.close()
    await runner.cleanup()


def main(arguments: list[str]) -> None:
    """Run the host for the project at ROOT, with logs and bytecode under STATE."""
    port, root, state = int(arguments[0]), Path(arguments[1]), Path(arguments[2])
    library = root / "layers" / "core"
    host: Any = Host(state / "logs", [library], [root / "functions", library])
    uvloop.run(serve(port, host))


if __name__ == "__main__":
    main(sys.argv[1:])

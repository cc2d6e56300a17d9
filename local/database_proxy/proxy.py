"""The proxy's server, and the address that tells what it saw.

Run as `python -m local.database_proxy.proxy PORT HTTP_PORT DATABASE_HOST DATABASE_PORT REPORT_FILE`.
GET /pins is the report, DELETE /pins begins a new one.
"""

import asyncio
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from local.database_proxy.client_side import ClientConnection
from local.database_proxy.pins import PinReport
from local.database_proxy.server_side import Pool

SERVER_CONNECTIONS = 20
BORROW_SECONDS = 5.0


class Proxy:
    """All pools and clients."""

    def __init__(
        self, address: tuple[str, int], *, limit: int = SERVER_CONNECTIONS, borrow_timeout: float = BORROW_SECONDS
    ) -> None:
        self.report = PinReport()
        self.borrow_timeout = borrow_timeout
        self.clients: set[ClientConnection] = set()
        self._address, self._limit = address, limit
        self._pools: dict[tuple[str, str], Pool] = {}
        self._server: asyncio.Server | None = None

    def pool(self, user: str, database: str) -> Pool:
        """Return the pool of a user on a database."""
        key = (user, database)
        if key not in self._pools:
            self._pools[key] = Pool(self._address, user, database, self._limit)
        return self._pools[key]

    async def start(self, port: int) -> int:
        """Listen; return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: ClientConnection(self), "127.0.0.1", port, backlog=512)
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        for client in list(self.clients):
            client.transport.close()
        for pool in self._pools.values():
            pool.close()

    def summary(self) -> dict[str, Any]:
        """Return the report and what is open now."""
        return {
            **asdict(self.report),
            "clients_now": len(self.clients),
            "pinned_now": sum(client.pinned is not None for client in self.clients),
            "server_connections_now": sum(len(pool) for pool in self._pools.values()),
        }


def application(proxy: Proxy) -> web.Application:
    """Build the reporting side."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(proxy.summary())

    async def reset(_request: web.Request) -> web.Response:
        proxy.report = PinReport()
        return web.Response(status=204)

    app = web.Application()
    app.router.add_get("/pins", show)
    app.router.add_delete("/pins", reset)
    return app


async def serve(port: int, http_port: int, address: tuple[str, int], report: Path) -> None:
    """Serve until SIGTERM; leave the report in a file."""
    proxy = Proxy(address)
    await proxy.start(port)
    runner = web.AppRunner(application(proxy), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", http_port).start()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    report.write_text(json.dumps(proxy.summary(), indent=2))  # noqa: ASYNC240 - the last thing it does
    proxy.close()
    await runner.cleanup()


def main(arguments: list[str]) -> None:
    """Run the proxy from its command line."""
    port, http_port, host, database_port, report = arguments
    uvloop.run(serve(int(port), int(http_port), (host, int(database_port)), Path(report)))


if __name__ == "__main__":
    main(sys.argv[1:])

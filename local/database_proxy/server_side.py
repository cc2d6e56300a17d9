"""Connections to PostgreSQL, and the pool that lends them for one transaction at a time."""

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, cast

from local.database_proxy import wire

if TYPE_CHECKING:
    from local.database_proxy.client_side import ClientConnection

Address = tuple[str, int]


class ServerRefusedError(Exception):
    """PostgreSQL did not open a session; carries its answer."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("the server refused a session")
        self.answer = answer


class ServerConnection(asyncio.Protocol):
    """One session of PostgreSQL. While lent, every message goes straight to the client that holds it."""

    def __init__(self, pool: "Pool") -> None:
        self.pool = pool
        self.holder: ClientConnection | None = None
        self.status = "I"
        self.settings = b""
        self.unnamed_owner: object | None = None
        """Whose unnamed statement this session has parsed."""
        self.swallow = 0
        """ParseComplete messages to hide: the client never asked for those statements."""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the session (asyncio)."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self.transport.write(wire.startup_packet(self.pool.user, self.pool.database))

    def data_received(self, data: bytes) -> None:
        """Read the server's messages (asyncio)."""
        self._buffer += data
        passed: list[bytes] = []
        holder = self.holder
        for kind, frame in wire.frames(self._buffer):
            if not self.opened.done():
                self._opening(kind, frame)
                continue
            if kind == 0x31 and self.swallow:  # ParseComplete
                self.swallow -= 1
                continue
            passed.append(frame)
            if kind == 0x45:  # ErrorResponse: what follows up to the Sync is skipped
                self.swallow = 0
            elif kind == 0x47 and holder is not None:  # CopyInResponse
                holder.copy_begins()
            elif kind == 0x5A:  # ReadyForQuery
                self.status = chr(frame[5])
                if holder is not None:
                    holder.transport.write(b"".join(passed))
                    passed.clear()
                    holder.answered(self)
                    holder = self.holder
        if passed and holder is not None:
            holder.transport.write(b"".join(passed))

    def _opening(self, kind: int, frame: bytes) -> None:
        if kind == 0x53:  # ParameterStatus
            self.settings += frame
        elif kind == 0x5A:
            self.opened.set_result(None)
        elif kind == 0x45:
            self.opened.set_exception(ServerRefusedError(frame))
        elif kind == 0x52 and frame[5:9] != b"\0\0\0\0":
            words = "the server asks for a password, and the local proxy knows none: let it trust this user"
            self.opened.set_exception(ServerRefusedError(wire.fatal("28000", words)))

    def connection_lost(self, error: Exception | None) -> None:
        """Tell who waits for it or holds it (asyncio)."""
        if not self.opened.done():
            self.opened.set_exception(ServerRefusedError(wire.fatal("08006", "the database closed the connection")))
        self.pool.lost(self)
        if self.holder is not None:
            self.holder.server_lost()

    def pause_writing(self) -> None:
        """Stop reading from a client that sends faster than the server takes (asyncio)."""
        if self.holder is not None:
            self.holder.transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on (asyncio)."""
        if self.holder is not None:
            self.holder.transport.resume_reading()

    def close(self) -> None:
        """End the session; an open transaction is rolled back by the server."""
        self.holder = None
        if not self.transport.is_closing():
            self.transport.write(wire.TERMINATE)
            self.transport.close()


class Pool:
    """The server connections of one user and database."""

    def __init__(self, address: Address, user: str, database: str, limit: int) -> None:
        self.user, self.database = user, database
        self.settings = b""
        self._address, self._limit = address, limit
        self._all: set[ServerConnection] = set()
        self._free: list[ServerConnection] = []
        self._opening = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def borrow(self, seconds: float) -> ServerConnection:
        """Lend a free connection, open one, or wait; TimeoutError after that many seconds."""
        async with asyncio.timeout(seconds):
            while True:
                while self._free:
                    server = self._free.pop()
                    if not server.transport.is_closing():
                        return server
                if len(self._all) + self._opening < self._limit:
                    return await self._open()
                turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.append(turn)
                try:
                    await turn
                except asyncio.CancelledError:
                    if turn.done() and not turn.cancelled():
                        self._wake()  # the turn came too late for this one: pass it on
                    raise

    async def _open(self) -> ServerConnection:
        self._opening += 1
        try:
            loop = asyncio.get_running_loop()
            try:
                _, server = await loop.create_connection(lambda: ServerConnection(self), *self._address)
            except OSError as error:
                raise ServerRefusedError(wire.fatal("08006", f"the database does not answer: {error}")) from error
            self._all.add(server)
            try:
                await asyncio.shield(server.opened)
            except BaseException:
                server.close()
                self.lost(server)
                raise
        finally:
            self._opening -= 1
        self.settings = server.settings
        return server

    def give_back(self, server: ServerConnection) -> None:
        """Take a connection back: reused when it is between transactions, else closed."""
        server.holder = None
        if server.status != "I" or server.transport.is_closing():
            server.close()
            self.lost(server)
            return
        server.transport.resume_reading()  # a slow client may have paused it
        self._free.append(server)
        self._wake()

    def lost(self, server: ServerConnection) -> None:
        """Forget a connection that is gone."""
        self._all.discard(server)
        with contextlib.suppress(ValueError):
            self._free.remove(server)
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def close(self) -> None:
        """Close every connection."""
        for server in list(self._all):
            server.close()

    def __len__(self) -> int:
        """Return how many server connections are open."""
        return len(self._all)

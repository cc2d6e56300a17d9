"""Sessions of clients: when they hold a server connection, and what pins them to it."""

import asyncio
import contextlib
import struct
from collections import deque
from typing import TYPE_CHECKING, cast

from local.database_proxy import wire
from local.database_proxy.pins import reason_to_pin
from local.database_proxy.server_side import ServerConnection, ServerRefusedError

if TYPE_CHECKING:
    from local.database_proxy.proxy import Proxy

_QUERY, _PARSE, _BIND, _DESCRIBE, _SYNC, _CALL, _TERMINATE = b"QPBDSFX"


class ClientConnection(asyncio.Protocol):
    """One client. It holds a server connection from its first message of a transaction to the transaction's end."""

    def __init__(self, proxy: "Proxy") -> None:
        self._proxy = proxy
        self.transport: asyncio.Transport
        self.pinned: str | None = None
        self._buffer = bytearray()
        self._user = self._database = self._application = ""
        self._started = False
        self._server: ServerConnection | None = None
        self._borrowing: asyncio.Task[None] | None = None
        self._backlog: deque[tuple[int, bytes]] = deque()
        self._awaited: deque[int] = deque()
        """The messages that each bring one ReadyForQuery, in order."""
        self._open_messages = False
        """True between an extended message and its Sync."""
        self._unnamed: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (asyncio)."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._proxy.clients.add(self)

    def data_received(self, data: bytes) -> None:
        """Read the client's messages (asyncio)."""
        self._buffer += data
        try:
            if not self._started and not self._start():
                return
            for kind, frame in wire.frames(self._buffer):
                if kind == _TERMINATE:
                    self.transport.close()
                    return
                self._inspect(kind, frame)
                if self._server is None or self._backlog:
                    self._backlog.append((kind, frame))
                    self._need_server()
                else:
                    self._forward(self._server, kind, frame)
        except (wire.ProtocolError, ValueError, IndexError) as error:
            self._end(wire.fatal("08P01", f"not PostgreSQL's protocol: {error}"))

    def _start(self) -> bool:
        """Answer what comes before the session; return True when the session may send messages."""
        while (packet := wire.startup(self._buffer)) is not None:
            code, body = packet
            if code in (wire.SSL_REQUEST, wire.GSS_REQUEST):
                self.transport.write(b"N")
            elif code == wire.CANCEL_REQUEST:  # RDS Proxy takes none
                self.transport.close()
                return False
            elif code >> 16 != 3:
                self._end(wire.fatal("0A000", "only protocol version 3 is spoken"))
                return False
            else:
                asked = wire.parameters(body)
                self._user = asked.get("user", "")
                self._database = asked.get("database") or self._user
                self._application = asked.get("application_name", "")
                self._proxy.report.connections += 1
                self._started = True
                self._backlog.append((0, b""))  # the greeting waits for the server's settings
                self._need_server()
                return True
        return False

    def _inspect(self, kind: int, frame: bytes) -> None:
        if kind in (_QUERY, _SYNC):
            self._proxy.report.answered_for(self._application)
        if kind == _QUERY:
            sql = wire.text(frame, 5)[0]
            self._proxy.report.sent(sql, self._application)
            self._pin_for(sql)
        elif kind == _PARSE:
            name, start = wire.text(frame, 5)
            sql = wire.text(frame, start)[0]
            self._proxy.report.sent(sql, self._application)
            if name and self.pinned is None:
                self._pin("named prepared statement", sql.decode("utf-8", "replace"))
            self._pin_for(sql)

    def _pin_for(self, sql: bytes) -> None:
        if self.pinned is None:
            text = sql.decode("utf-8", "replace")
            if (reason := reason_to_pin(text)) is not None:
                self._pin(reason, text)

    def _pin(self, reason: str, sql: str) -> None:
        self.pinned = reason
        self._proxy.report.add(reason, sql, self._user, self._application)

    def _need_server(self) -> None:
        if self._borrowing is None:
            self._borrowing = asyncio.get_running_loop().create_task(self._borrow())

    async def _borrow(self) -> None:
        pool = self._proxy.pool(self._user, self._database)
        greeting = self._backlog[0][0] == 0
        try:
            server = None if greeting and pool.settings else await pool.borrow(self._proxy.borrow_timeout)
        except TimeoutError:
            self._proxy.report.borrow_timeouts += 1
            self._end(wire.fatal("53300", "Timed-out waiting to acquire database connection"))
            return
        except ServerRefusedError as refusal:
            self._end(refusal.answer)
            return
        finally:
            self._borrowing = None
        if self.transport.is_closing():
            if server is not None:
                pool.give_back(server)
            return
        if greeting:
            self._backlog.popleft()
            key = wire.message(b"K", struct.pack("!II", 0, 0))
            self.transport.write(wire.AUTHENTICATED + pool.settings + key + wire.READY)
        if server is not None:
            if not self._backlog:
                pool.give_back(server)
                return
            self._proxy.report.borrows += 1
            server.holder = self
            self._server = server
        while self._backlog and self._server is not None:
            kind, frame = self._backlog.popleft()
            self._forward(self._server, kind, frame)
        if self._backlog:
            self._need_server()

    def _forward(self, server: ServerConnection, kind: int, frame: bytes) -> None:
        if kind == _PARSE and frame[5] == 0:
            self._unnamed = frame
            server.unnamed_owner = self
        elif kind == _QUERY:  # a simple query drops the unnamed statement of its session
            self._unnamed = server.unnamed_owner = None
        elif self._unnamed is not None and server.unnamed_owner is not self and _uses_unnamed(kind, frame):
            self._proxy.report.split_statements += 1
            server.swallow += 1
            server.unnamed_owner = self
            server.transport.write(self._unnamed)
        if kind in (_QUERY, _SYNC, _CALL):
            self._awaited.append(kind)
        self._open_messages = kind not in (_QUERY, _SYNC, _CALL)
        server.transport.write(frame)

    def copy_begins(self) -> None:
        """Forget the Syncs that the server ignores while it takes copy data."""
        first = self._awaited.popleft() if self._awaited and self._awaited[0] == _QUERY else None
        self._awaited = deque(kind for kind in self._awaited if kind != _SYNC)
        if first is not None:
            self._awaited.appendleft(first)

    def answered(self, server: ServerConnection) -> None:
        """Give the server connection back when nothing of this client is left on it."""
        if self._awaited:
            self._awaited.popleft()
        if server.status == "I" and not self._awaited and not self._open_messages and self.pinned is None:
            self._server = None
            self._proxy.pool(self._user, self._database).give_back(server)
            self.transport.resume_reading()  # the server that may have asked for a pause is not ours any more

    def server_lost(self) -> None:
        """End the session: its transaction is gone."""
        self._server = None
        self._end(wire.fatal("57P01", "the database ended the connection"))

    def connection_lost(self, error: Exception | None) -> None:
        """Leave (asyncio): a transaction that is still open is rolled back by closing its server connection."""
        self._proxy.clients.discard(self)
        if self._borrowing is not None:
            self._borrowing.cancel()
        server, self._server = self._server, None
        if server is None:
            return
        server.holder = None
        pool = self._proxy.pool(self._user, self._database)
        if self.pinned is not None or self._awaited or self._open_messages:
            server.close()
            pool.lost(server)
        else:
            pool.give_back(server)

    def pause_writing(self) -> None:
        """Stop reading from the server while this client takes nothing (asyncio)."""
        if self._server is not None:
            self._server.transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on (asyncio)."""
        if self._server is not None:
            self._server.transport.resume_reading()

    def _end(self, last_words: bytes) -> None:
        with contextlib.suppress(RuntimeError):
            self.transport.write(last_words)
        self.transport.close()


def _uses_unnamed(kind: int, frame: bytes) -> bool:
    if kind == _BIND:
        return wire.text(frame, wire.text(frame, 5)[1])[0] == b""
    return kind == _DESCRIBE and frame[5:7] == b"S\0"

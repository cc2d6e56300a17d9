"""One request to the test server, and the means to answer it well or badly."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Record:
    """What the server saw of one request. Times are of time.monotonic()."""

    connection: int
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float = field(default_factory=time.monotonic)
    pieces: int = 0
    finished: bool = False
    client_closed: threading.Event = field(default_factory=threading.Event)
    client_closed_at: float | None = None


class Exchange:
    """One request and the means to answer it."""

    def __init__(self, record: Record, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.record, self.writer, self._reader = record, writer, reader
        self.gone = asyncio.Event()
        self.hung_up = False
        self.early = b""

    async def watch(self) -> None:
        """Notice a client that closes while it is being answered."""
        try:
            self.early = await self._reader.read(1)  # a byte may already be the next request's
        except ConnectionError:
            self.early = b""
        if not self.early:
            self.note_gone()

    def note_gone(self) -> None:
        self.record.client_closed_at = self.record.client_closed_at or time.monotonic()
        self.gone.set()
        self.record.client_closed.set()

    async def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        lines = {"content-type": "application/json", "content-length": str(len(content)), **(headers or {})}
        await self._send(_head(status, lines) + content)

    async def begin(self, content_type: str = "text/event-stream", **headers: str) -> None:
        await self._send(_head(200, {"content-type": content_type, "transfer-encoding": "chunked", **headers}))

    async def raw(self, content: bytes) -> None:
        """One HTTP chunk, which is one packet."""
        await self._send(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    async def event(self, chunk: Any) -> None:
        await self.raw(b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n")

    async def done(self) -> None:
        await self.raw(b"data: [DONE]\n\n")
        await self.end()

    async def end(self) -> None:
        await self._send(b"0\r\n\r\n")

    def hang_up(self) -> None:
        """Close the connection in the middle of the answer."""
        self.hung_up = True
        self.writer.close()

    async def pause(self, seconds: float) -> None:
        """Sleep, but wake when the client has gone."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.gone.wait(), seconds)

    async def _send(self, content: bytes) -> None:
        if self.gone.is_set():
            raise ConnectionResetError
        self.writer.write(content)
        await self.writer.drain()


Behaviour = Callable[[Exchange], Awaitable[None]]


def _head(status: int, headers: dict[str, str]) -> bytes:
    return (f"HTTP/1.1 {status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode()

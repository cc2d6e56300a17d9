"""A server over real sockets that speaks OpenAI's streaming protocol, or Bedrock's, and fails on command.

    with ProviderServer() as server:
        server.plan(throttled(retry_after="0"), normal("Hello"))
        ... requests to server.base_url ...
        assert server.records[0].path == "/v1/chat/completions"

Each request takes the next planned behaviour; when none is left, `server.default`. It runs on a thread of its own
and serves any number of connections at once, so that load tests can use it too.
"""

import asyncio
import json
import threading
from collections import deque
from typing import Any

from tests.layers.llm.provider_exchange import Behaviour, Exchange, Record

__all__ = ["Behaviour", "Exchange", "ProviderServer", "Record"]


def chunk_of(text: str | None = None, finish: str | None = None, usage: Any = None, **more: Any) -> dict[str, Any]:
    """A chat.completion.chunk as OpenAI documents it; with a usage it has no choices."""
    choices = (
        [] if usage is not None else [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}]
    )
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test-model-2026",
            "choices": choices, "usage": usage, **more}  # fmt: skip


def usage_of(prompt: Any = 12, completion: Any = 3, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": 0, **more}


def normal(*pieces: str, usage: Any = None, finish: str = "stop", delay: float = 0.0) -> Behaviour:
    """The pieces, one event each, then the finish reason, the usage and [DONE]."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
        opening = chunk_of()
        opening["choices"][0]["delta"] = {"role": "assistant", "content": ""}
        await exchange.event(opening)
        for piece in pieces:
            await exchange.pause(delay)
            await exchange.event(chunk_of(piece))
            exchange.record.pieces += 1
        await exchange.event(chunk_of(finish=finish))
        await exchange.event(chunk_of(usage=usage if usage is not None else usage_of(completion=len(pieces))))
        await exchange.done()

    return behave


def status(code: int, kind: str = "server_error", **headers: str) -> Behaviour:
    """An error with its JSON body; `retry_after="1"` becomes a header."""
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.answer(code, {"error": {"message": "planned", "type": kind, "code": kind}}, lines)


def throttled(retry_after: str = "0") -> Behaviour:
    return status(429, "rate_limit_exceeded", retry_after=retry_after)


def events(*chunks: Any, done: bool = True) -> Behaviour:
    """Exactly these events."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
        for chunk in chunks:
            await exchange.event(chunk)
            exchange.record.pieces += 1
        await (exchange.done() if done else exchange.end())

    return behave


def packets(*contents: bytes, delay: float = 0.01) -> Behaviour:
    """Exactly these bytes, cut into these packets."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
        for content in contents:
            await exchange.raw(content)
            await exchange.pause(delay)
        await exchange.end()

    return behave


def half(*pieces: str) -> Behaviour:
    """The pieces, then the connection is closed in the middle of the body."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
        for piece in pieces:
            await exchange.event(chunk_of(piece))
        exchange.hang_up()

    return behave


async def hang_up_at_once(exchange: Exchange) -> None:
    """The request is read and the connection closed without a word."""
    exchange.hang_up()


async def silence(exchange: Exchange) -> None:
    """Nothing at all, until the client goes."""
    await exchange.gone.wait()


async def comments_for_ever(exchange: Exchange) -> None:
    """Signs of life without an event."""
    await exchange.begin()
    while True:
        await exchange.raw(b": still here\n\n")
        await exchange.pause(0.05)


def endless(piece: str = "word ", delay: float = 0.01) -> Behaviour:
    """Text without end, whatever max_tokens says, until the client goes."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
        while True:
            await exchange.event(chunk_of(piece))
            exchange.record.pieces += 1
            await exchange.pause(delay)

    return behave


class ProviderServer:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.default: Behaviour = normal("Hello", ", ", "world")
        self._planned: deque[Behaviour] = deque()
        self._connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def plan(self, *behaviours: Behaviour) -> None:
        self._planned.extend(behaviours)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "ProviderServer":
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(5)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=1024)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._connections += 1
        number = self._connections
        early: list[bytes] = []
        try:
            while await self._serve(number, reader, writer, early):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(
        self, connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, early: list[bytes]
    ) -> bool:
        first = early.pop() if early else b""
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        record = Record(connection, method, path, headers, json.loads(content) if content else None)
        self.records.append(record)
        behaviour = self._planned.popleft() if self._planned else self.default
        exchange = Exchange(record, reader, writer)
        watch = asyncio.create_task(exchange.watch())
        try:
            await behaviour(exchange)
            record.finished = not exchange.hung_up
        except ConnectionError:  # a write may notice it before the watch does
            exchange.note_gone()
            raise
        finally:
            watch.cancel()
            await asyncio.wait({watch})
        early.append(exchange.early)
        return record.finished and not exchange.gone.is_set()

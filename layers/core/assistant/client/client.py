"""Drives an inbox over sockets: connects, pings, resumes, moves to a new socket in time, comes back with jitter."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Protocol

from assistant.client.inbox import HistoryLost, Inbox, Message, Shown, StateChanged

PING_SECONDS = 60.0  # finds what no later message would reveal; the server closes after 300 silent seconds
GRACE_SECONDS = 0.15  # before asking for what may be on its way
ASK_AGAIN_SECONDS = (0.5, 8.0)  # doubled until an answer fills the gap
RECONNECT_SECONDS = (0.2, 30.0)  # doubled, each between half and the whole

Event = Shown | HistoryLost | StateChanged


class Socket(Protocol):
    """An open socket. `receive` and `send` raise ConnectionError once it is closed."""

    async def send(self, text: str) -> None: ...

    async def receive(self) -> str: ...

    async def close(self) -> None: ...


Open = Callable[[], Awaitable[Socket]]
"""Opens a socket with a fresh ticket; raises ConnectionError when that does not work now."""


class NotificationClient:
    """One user's notifications on this device. `sleep` and the pauses are there for tests."""

    def __init__(
        self,
        open_socket: Open,
        inbox: Inbox | None = None,
        *,
        types: list[str] | None = None,
        ping_seconds: float = PING_SECONDS,
        reconnect_seconds: tuple[float, float] = RECONNECT_SECONDS,
        acknowledge: bool = True,
    ) -> None:
        self.inbox = inbox or Inbox()
        self.resumes = 0
        self._open, self._types, self._acknowledge = open_socket, types, acknowledge
        self._ping_seconds, self._reconnect_seconds = ping_seconds, reconnect_seconds
        self._mail: asyncio.Queue[tuple[Socket | None, Message | None]] = asyncio.Queue()
        self._socket: Socket | None = None
        self._old: Socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._asking = _Asking()
        self._ping_at = 0.0
        self._acked = 0

    async def events(self) -> AsyncIterator[Event]:
        """What happens, for ever; ends with the task that reads it."""
        try:
            while True:
                if self._socket is None:
                    yield StateChanged("connecting")
                    await self._connect()
                    yield StateChanged("live")
                for event in await self._next():
                    yield event
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the sockets."""
        for task in self._tasks:
            task.cancel()
        for socket in (self._socket, self._old):
            if socket is not None:
                await socket.close()
        self._socket = self._old = None

    async def _connect(self) -> None:
        pause, longest = self._reconnect_seconds
        while True:
            try:
                self._take(await self._open())
            except ConnectionError:
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter
                pause = min(pause * 2, longest)
            else:
                return

    def _take(self, socket: Socket) -> None:
        self._socket, self._asking = socket, _Asking(at_once=True)
        self._ping_at = time.monotonic() + self._ping_seconds * random.uniform(0.5, 1)  # noqa: S311 - jitter
        self._start(self._read(socket))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, socket: Socket) -> None:
        try:
            while True:
                self._mail.put_nowait((socket, json.loads(await socket.receive())))
        except ConnectionError:
            self._mail.put_nowait((socket, None))

    async def _next(self) -> list[Event]:
        """Wait for one message, or until something is due by the clock."""
        due = min(self._ping_at, self._asking.due) - time.monotonic()
        events: list[Event] = []
        try:
            async with asyncio.timeout(max(due, 0)):
                socket, message = await self._mail.get()
        except TimeoutError:
            pass
        else:
            events = await self._heard(socket, message)
        await self._by_the_clock()
        return events

    async def _heard(self, socket: Socket | None, message: Message | None) -> list[Event]:
        if message is None:
            if socket is self._socket:
                self._socket = None
            return []
        events: list[Event] = list(self.inbox.feed(message))
        if message["type"] == "connection_established":
            await self._settled()
        elif message["type"] == "rotate" and socket is self._socket:
            self._start(self._rotate())
        self._asking.note(self.inbox.behind, time.monotonic())
        return events

    async def _settled(self) -> None:
        """The new socket is heard from, so the old one is not needed."""
        if self._types is not None:
            await self._say({"type": "subscribe", "types": self._types})
        if self._old is not None:
            old, self._old = self._old, None
            await old.close()

    async def _rotate(self) -> None:
        try:
            socket = await self._open()
        except ConnectionError:
            return  # the server asks again, or the socket ends and the usual way back is taken
        self._old = self._socket
        self._take(socket)

    async def _by_the_clock(self) -> None:
        now = time.monotonic()
        if self._asking.due <= now:
            self._asking.asked(now)
            self.resumes += 1
            await self._say(self.inbox.resume())
        if self._ping_at <= now:
            self._ping_at = now + self._ping_seconds
            if self._acknowledge and self.inbox.offset > self._acked:
                self._acked = self.inbox.offset
                await self._say({"type": "ack", "offset": self._acked})
            await self._say({"type": "ping"})

    async def _say(self, message: Message) -> None:
        if self._socket is not None:
            try:
                await self._socket.send(json.dumps(message))
            except ConnectionError:
                self._socket = None


class _Asking:
    """When to ask for what is missing: after a grace, then again and again, ever more slowly."""

    def __init__(self, *, at_once: bool = False) -> None:
        self.due = float("inf")
        self._pause = ASK_AGAIN_SECONDS[0]
        self._grace = 0.0 if at_once else GRACE_SECONDS

    def note(self, behind: bool, now: float) -> None:
        if not behind:
            self.due, self._pause, self._grace = float("inf"), ASK_AGAIN_SECONDS[0], GRACE_SECONDS
        elif self.due == float("inf"):
            self.due = now + self._grace

    def asked(self, now: float) -> None:
        self.due = now + self._pause
        self._pause = min(self._pause * 2, ASK_AGAIN_SECONDS[1])

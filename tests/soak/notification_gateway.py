"""An API Gateway, an SQS FIFO queue and a network in this process, with faults, around the real notification code.

`connect`, `say` and `leave` do what the $connect, $default and $disconnect functions do; `post` is what @connections is
to the delivery. The contexts, their SQL and PostgreSQL are the real ones.
"""

import asyncio
import itertools
import random
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from assistant.identity import connection_tickets as tickets
from assistant.identity.caller import Caller
from assistant.notifications import connections, fanout, protocol
from assistant.platform import sockets
from assistant.platform.db import Database
from assistant.platform.errors import Unauthenticated


@dataclass(frozen=True)
class Faults:
    """Probabilities."""

    lost: float = 0.01  # the post is answered and never arrives
    twice: float = 0.01
    throttled: float = 0.002
    slow: float = 0.002
    redelivered: float = 0.01  # the queue gives a batch out again after it was posted
    queue_refuses: float = 0.005  # between commit and queue: the relay's work
    silent: float = 0.3  # of the cuts: the server is not told
    refused: float = 0.05  # of the connects


LOSSLESS = Faults(
    lost=0, slow=0, queue_refuses=0
)  # a refused "established" is in no outbox: nothing is lost on the way, so nobody has to ask by ping


class MemorySocket:
    """The client's end of one connection."""

    def __init__(self, gateway: "Gateway", connection_id: str) -> None:
        self.gateway, self.connection_id = gateway, connection_id
        self.frames: asyncio.Queue[str | None] = asyncio.Queue()
        self.open = True

    async def send(self, text: str) -> None:
        if not self.open:
            raise ConnectionError("closed")
        await self.gateway.in_thread(self.gateway.say, self.connection_id, text)

    async def receive(self) -> str:
        frame = await self.frames.get() if self.open or not self.frames.empty() else None
        if frame is None:
            self.open = False
            raise ConnectionError("cut")
        return frame

    async def close(self) -> None:
        self.gateway.cut(self, silently=False)


class Gateway:
    """All of it. `events` counts what was done to whom."""

    def __init__(self, connect, seed: int, faults: Faults, threads: int = 6) -> None:
        self.faults, self.events = faults, Counter()
        self._random = random.Random(seed)
        self._connect, self._local = connect, threading.local()
        self._pool = ThreadPoolExecutor(threads)
        self._ids = itertools.count(1)
        self._sockets: dict[str, MemorySocket] = {}
        self._queue = FifoQueue(self)
        self.loop = asyncio.get_running_loop()

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def database(self) -> Database:
        if not hasattr(self._local, "database"):
            self._local.database = Database(self._connect)
        return self._local.database

    async def in_thread(self, run, *args):
        return await self.loop.run_in_executor(self._pool, run, *args)

    async def open(self, caller: Caller) -> MemorySocket:
        if self.chance(self.faults.refused):
            raise ConnectionError("refused")
        socket = MemorySocket(self, f"c{next(self._ids)}")
        self._sockets[socket.connection_id] = socket  # as the gateway: it may be posted to once $connect has answered
        try:
            await self.in_thread(self._arrive, caller, socket.connection_id)
        except Exception as error:  # a server that fails refuses the handshake
            self.events["handshake_failed"] += 1
            self._sockets.pop(socket.connection_id, None)
            raise ConnectionError(str(error)) from error
        return socket

    def _arrive(self, caller: Caller, connection_id: str) -> None:
        with self.database().transaction() as work:
            ticket = tickets.issue(work, caller)
        with self.database().transaction() as work:
            verified = tickets.redeem(work, ticket)
        with self.database().transaction() as work:
            protocol.greet(work, verified, connection_id)

    def say(self, connection_id: str, text: str) -> None:
        """A server that fails tells its log, not the client: the answer is missing, as if it was lost."""
        try:
            with self.database().transaction() as work:
                protocol.handle(work, connection_id, text)
        except Unauthenticated:
            self.events["said_after_the_cut"] += 1
        except Exception:
            self.events["message_failed"] += 1

    def cut(self, socket: MemorySocket, *, silently: bool) -> None:
        if self._sockets.pop(socket.connection_id, None) is None:
            return
        socket.open = False
        socket.frames.put_nowait(None)
        if not silently:
            self._pool.submit(self._leave, socket.connection_id)

    def _leave(self, connection_id: str) -> None:
        with self.database().transaction() as work:
            connections.close_connection(work, connection_id)

    # ---- what platform.sockets and platform.queues are to the code under test ----

    def post(self, connection_id: str, data: bytes, *, just_connected: bool = False) -> None:
        socket = self._sockets.get(connection_id)
        if socket is None:
            raise sockets.Gone(connection_id)
        for fault, error in ((self.faults.throttled, sockets.Throttled), (self.faults.slow, sockets.Slow)):
            if self.chance(fault):
                self.events[error.__name__.lower()] += 1
                raise error(connection_id)
        if self.chance(self.faults.lost):
            self.events["lost"] += 1
            return
        times = 1
        if self.chance(self.faults.twice):
            self.events["twice"] += 1
            times = 2
        text = data.decode()
        self.events["posted"] += 1
        for _ in range(times):
            self.loop.call_soon_threadsafe(socket.frames.put_nowait, text)

    def close_by_server(self, connection_id: str) -> None:
        socket = self._sockets.get(connection_id)
        if socket is not None:
            self.loop.call_soon_threadsafe(lambda: self.cut(socket, silently=False))

    def send(self, queue: str, body: dict, delay_seconds: int = 0) -> None:
        assert queue == fanout.GONE_QUEUE
        self._pool.submit(self._leave, body["connection_id"])

    def send_ordered(self, queue: str, entries) -> None:
        if self.chance(self.faults.queue_refuses):
            self.events["queue_refused"] += 1
            raise ConnectionError("SQS does not answer")
        self._queue.put(entries)

    @property
    def idle(self) -> bool:
        return self._queue.idle

    def stop(self) -> None:
        self._queue.stop()
        self._pool.shutdown()


class FifoQueue:
    """Groups in order, one batch of a group at a time, deduplication, and threads that are the delivery function."""

    def __init__(self, gateway: Gateway, threads: int = 3) -> None:
        self._gateway, self._groups, self._busy = gateway, {}, set()
        self._seen: dict[str, None] = {}
        self._ready = threading.Condition()
        self._stopped = False
        self._threads = [threading.Thread(target=self._consume, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def put(self, entries) -> None:
        with self._ready:
            for group, identity, body in entries:
                if identity in self._seen:
                    continue
                self._seen[identity] = None
                if len(self._seen) > 50_000:
                    del self._seen[next(iter(self._seen))]
                self._groups.setdefault(group, deque()).append(body)
            self._ready.notify()

    @property
    def idle(self) -> bool:
        with self._ready:
            return not self._busy and not self._groups

    def _take(self) -> list[tuple[str, list[dict]]]:
        """A batch: up to ten messages, of some groups."""
        batch, room = [], 10
        for group, bodies in self._groups.items():
            if group not in self._busy and room:
                taken = list(itertools.islice(bodies, room))
                batch.append((group, taken))
                room -= len(taken)
        self._busy.update(group for group, _ in batch)
        return batch

    def _consume(self) -> None:
        while True:
            with self._ready:
                while not (batch := self._take()):
                    if self._stopped:
                        return
                    self._ready.wait(0.2)
            groups = [bodies for _, bodies in batch]
            done = fanout.deliver_groups(groups)
            if self._gateway.chance(self._gateway.faults.redelivered):
                self._gateway.events["redelivered"] += 1
                fanout.deliver_groups(groups)
            with self._ready:
                for (group, _), n in zip(batch, done, strict=True):
                    bodies = self._groups[group]
                    for _ in range(n):
                        bodies.popleft()
                    if not bodies:
                        del self._groups[group]
                    self._busy.discard(group)
                self._ready.notify()
            if any(n < len(bodies) for n, (_, bodies) in zip(done, batch, strict=True)):
                time.sleep(0.01)

    def stop(self) -> None:
        with self._ready:
            self._stopped = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join()

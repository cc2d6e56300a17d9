"""A queue that delivers as badly as SQS may: late, twice, in another order, again after its visibility time, never."""

import heapq
import random
import threading
import time
from multiprocessing.managers import BaseManager
from typing import Any

AMONG = 16  # visible tickets that the next is drawn from


class TicketQueue:
    """`lost` and `doubled` are shares of the tickets. All is decided by the seed and the order of arrival."""

    def __init__(self, seed: int, lost: float, doubled: float, visibility: float) -> None:
        self._random = random.Random(f"{seed} queue")
        self._lost, self._doubled, self._visibility = lost, doubled, visibility
        self._lock = threading.Lock()
        self._messages: dict[int, dict[str, Any]] = {}
        self._due: list[tuple[float, int]] = []  # a heap of (when it is visible, number)
        self._serial = 0
        self.counts = {"sent": 0, "lost": 0, "doubled": 0, "delivered": 0, "redelivered": 0}
        self._seen: set[int] = set()

    def send(self, body: dict[str, Any], delay: float) -> None:
        with self._lock:
            self.counts["sent"] += 1
            if self._random.random() < self._lost:
                self.counts["lost"] += 1
                return
            copies = 2 if self._random.random() < self._doubled else 1
            self.counts["doubled"] += copies - 1
            for _ in range(copies):
                self._serial += 1
                self._messages[self._serial] = body
                heapq.heappush(self._due, (time.monotonic() + delay + self._random.uniform(0, 0.05), self._serial))

    def receive(self) -> tuple[int, dict[str, Any]] | None:
        """(receipt, body) of any visible ticket, which is then hidden for the visibility time."""
        with self._lock:
            now, visible = time.monotonic(), []
            while self._due and self._due[0][0] <= now and len(visible) < AMONG:
                entry = heapq.heappop(self._due)
                if entry[1] in self._messages:
                    visible.append(entry)
            if not visible:
                return None
            number = visible.pop(self._random.randrange(len(visible)))[1]
            for entry in visible:
                heapq.heappush(self._due, entry)
            body = self._messages[number]
            heapq.heappush(self._due, (now + self._visibility, number))
            self.counts["redelivered" if number in self._seen else "delivered"] += 1
            self._seen.add(number)
            return number, body

    def delete(self, receipt: int) -> None:
        with self._lock:
            self._messages.pop(receipt, None)

    def told(self) -> dict[str, int]:
        return dict(self.counts)


class QueueServer(BaseManager):
    """Serves one queue to other processes."""


QueueServer.register("queue")


def serve(queue: TicketQueue) -> QueueServer:
    """A server of this queue, in a thread of this process; `address` is where workers connect."""

    class Server(BaseManager):
        pass

    Server.register("queue", callable=lambda: queue)
    manager = Server(address=("127.0.0.1", 0), authkey=b"soak")
    server = manager.get_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def connected(port: int) -> Any:
    """The queue behind the port."""
    manager = QueueServer(address=("127.0.0.1", port), authkey=b"soak")
    manager.connect()
    return manager.queue()  # type: ignore[attr-defined]

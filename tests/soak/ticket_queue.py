"""A queue that delivers as badly as SQS may: late, twice, in another order, again after its visibility time, never."""

import random
import threading
import time
from multiprocessing.managers import BaseManager
from typing import Any


class TicketQueue:
    """`lost` and `doubled` are shares of the tickets. All is decided by the seed and the order of arrival."""

    def __init__(self, seed: int, lost: float, doubled: float, visibility: float) -> None:
        self._random = random.Random(f"{seed} queue")
        self._lost, self._doubled, self._visibility = lost, doubled, visibility
        self._lock = threading.Lock()
        self._messages: dict[int, tuple[float, dict[str, Any]]] = {}
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
                self._messages[self._serial] = (time.monotonic() + delay + self._random.uniform(0, 0.05), body)

    def receive(self) -> tuple[int, dict[str, Any]] | None:
        """(receipt, body) of any visible ticket, which is then hidden for the visibility time."""
        with self._lock:
            now = time.monotonic()
            visible = [number for number, (at, _) in self._messages.items() if at <= now][:64]
            if not visible:
                return None
            number = self._random.choice(visible)
            body = self._messages[number][1]
            self._messages[number] = (now + self._visibility, body)
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

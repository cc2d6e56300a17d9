"""Ends a wait for the network from another thread: a heartbeat that learns of a cancellation wakes who waits.

A thread that may be woken runs inside `interruptible()`. What reads from a network wraps the read in `waiting_on`; what
pauses calls `pause`. Nothing else is ever interrupted, a statement to the database least of all.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

_current: ContextVar["Interruption | None"] = ContextVar("interruption", default=None)


class Interruption:
    """What another thread may do to the thread that runs inside `interruptible()`."""

    def __init__(self) -> None:
        self.reason: Exception | None = None
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def interrupt(self, reason: Exception) -> None:
        """Wake the thread; the first reason stays. Its read ends as if the other side had hung up."""
        with self._lock:
            self.reason = self.reason or reason
            self._asked.set()
            self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it was closed meanwhile
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # TLS's own would wait for the other side

    def enter(self, waited_on: socket.socket) -> socket.socket | None:
        with self._lock:
            before, self._socket = self._socket, waited_on
            if self.reason is not None:
                self._cut()
        return before

    def leave(self, before: socket.socket | None) -> None:
        with self._lock:
            self._socket = before

    def wait(self, seconds: float) -> None:
        if self._asked.wait(seconds) and self.reason is not None:
            raise self.reason


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """What this thread does in the block may be interrupted through the object."""
    interruption = Interruption()
    token = _current.set(interruption)
    try:
        yield interruption
    finally:
        _current.reset(token)


@contextmanager
def waiting_on(connection: socket.socket | None) -> Iterator[None]:
    """The block waits for this socket: an interruption shuts it down, before or while the block reads."""
    interruption = _current.get()
    if interruption is None or connection is None:
        yield
        return
    before = interruption.enter(connection)
    try:
        yield
    finally:
        interruption.leave(before)


def reason() -> Exception | None:
    """Why this thread is to stop, if it is."""
    interruption = _current.get()
    return interruption.reason if interruption else None


def pause(seconds: float) -> None:
    """Sleep; raises the reason of an interruption at once."""
    (_current.get() or Interruption()).wait(seconds)

"""Watching the parts: a cache that dies is started again, any other part that dies ends the local cloud."""

import contextlib
import threading
import time
from collections.abc import Callable

from local.process import Process

_LOOK = 0.1
_HOUSEKEEPING = 5.0
_BACK_OFF = (0.2, 1.0, 3.0, 10.0)
_CALM = 60.0


class Supervisor:
    """The parts in the order of their start, and a thread that notices how they end."""

    def __init__(self, say: Callable[[str], None], housekeeping: Callable[[], None]) -> None:
        self.parts: dict[str, Process] = {}
        self.failure: str | None = None
        self._say, self._housekeeping = say, housekeeping
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._deaths: dict[str, list[float]] = {}

    def add(self, name: str, part: Process) -> None:
        """Start a part, without waiting for it."""
        self.parts[name] = part
        part.start()

    def watch(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        next_housekeeping = time.monotonic() + _HOUSEKEEPING
        while not self._ended.wait(_LOOK):
            for name, part in self.parts.items():
                if part.wanted and part.child is not None and part.child.poll() is not None:
                    self._died(name, part)
            if time.monotonic() > next_housekeeping:
                with contextlib.suppress(Exception):  # the next round tries again
                    self._housekeeping()
                next_housekeeping = time.monotonic() + _HOUSEKEEPING

    def _died(self, name: str, part: Process) -> None:
        if not part.restartable:
            if self.failure is None:
                self.failure = part.crash_line()
            part.wanted = False
            return
        now = time.monotonic()
        deaths = [moment for moment in self._deaths.get(name, []) if now - moment < _CALM]
        self._deaths[name] = [*deaths, now]
        pause = _BACK_OFF[min(len(deaths), len(_BACK_OFF) - 1)]
        self._say(f"{part.name} died and is started again in {pause:g} s; the functions go on without it.")
        if self._ended.wait(pause) or not part.wanted:
            return
        part.start()

    def crashed(self) -> str | None:
        """Return the line about a part that has ended by itself, or None."""
        for part in self.parts.values():
            if part.wanted and part.child is not None and part.child.poll() is not None:
                return part.crash_line()
        return None

    def stop(self) -> None:
        """End all parts: those that use others first, PostgreSQL last."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(10)
        last = self.parts.get("postgres")
        others = [part for part in self.parts.values() if part is not last]
        for part in others:
            part.ask_to_stop()
        for part in others:
            part.stop()
        if last is not None:
            last.stop()

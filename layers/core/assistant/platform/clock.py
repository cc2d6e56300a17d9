"""The sandbox's clock. Instants that decide about money or leases are taken from PostgreSQL's now() instead."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the sandbox will be stopped, by `monotonic`; `whole`: seconds that it had at first."""

    at: float
    whole: float

    @property
    def left(self) -> float:
        return self.at - monotonic()


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def ends_in(seconds: float) -> Iterator[None]:
    """The block is an invocation that ends in so many seconds, done or not."""
    token = _deadline.set(Deadline(monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def deadline() -> Deadline | None:
    """When this invocation ends; None where nothing ends it."""
    return _deadline.get()


def utc_now() -> datetime:
    """Now, with the UTC zone attached."""
    return datetime.now(UTC)


def iso(instant: datetime) -> str:
    """RFC 3339 text in UTC with milliseconds: `2026-11-23T15:04:05.123Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean something."""
    return time.monotonic()


def next_quarter() -> datetime:
    """When the running quarter of an hour ends. Midnights of all time zones fall on such ends."""
    now = utc_now()
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)

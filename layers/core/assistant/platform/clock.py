"""The sandbox's clock. Instants that decide about money or leases are taken from PostgreSQL's now() instead."""

import time
from datetime import UTC, datetime, timedelta


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

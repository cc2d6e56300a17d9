"""What the connectors share: time stamps, readable files, and errors in the port's words."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from assistant.platform.clock import utc_now
from assistant.platform.errors import AssistantError
from assistant.search.parse import FORMATS
from assistant.search.sources.port import SourceRefused, SourceUnavailable

PAGE = 50
OVERLAP = timedelta(minutes=2)  # clocks differ, and some sources tell the minute only
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_FILE = 5_000_000


def instant(text: str | None) -> datetime:
    """An ISO 8601 time as sources write it; the beginning of time for none."""
    if not text:
        return BEGINNING
    moment = datetime.fromisoformat(text.replace("+0000", "+00:00").replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def readable(path: str, size: int) -> bool:
    """Whether a file is worth fetching: a known format that fits."""
    dot = path.rfind(".")
    return 0 < size <= LARGEST_FILE and dot > path.rfind("/") and path[dot:].lower() in FORMATS


@contextmanager
def answering(source: str) -> Iterator[None]:
    """Turn what a client library raises into the port's errors; our own pass."""
    try:
        yield
    except AssistantError:
        raise
    except Exception as error:
        status = status_of(error)
        if status in (401, 403):
            raise SourceRefused(f"{source} does not accept the secret (HTTP {status}). Give it a new one.") from error
        if status is not None and 400 <= status < 500 and status not in (408, 409, 425, 429):
            raise SourceRefused(f"{source} refused with HTTP {status}. Check the configuration.") from error
        if status is not None or isinstance(error, requests.RequestException | OSError):
            raise SourceUnavailable(f"{source} does not answer. It is tried again.") from error
        if isinstance(error, LookupError | TypeError | ValueError | AttributeError):
            raise SourceUnavailable(f"{source} answered what makes no sense. It is tried again.") from error
        raise


def status_of(error: BaseException) -> int | None:
    """The HTTP status behind an error of any of the client libraries, which wrap each other's."""
    seen: BaseException | None = error
    while seen is not None:
        response = getattr(seen, "response", None)
        for status in (getattr(response, "status_code", None), getattr(seen, "response_code", None),
                       getattr(seen, "status", None)):  # fmt: skip
            if isinstance(status, int):
                return status
        seen = seen.__cause__ or getattr(seen, "reason", None) or seen.__context__
        if not isinstance(seen, BaseException):
            return None
    return None


Raw = dict[str, Any]
Fetch = Callable[[datetime, Any], tuple[list[Raw], Any]]  # (since, position) to (entries, the next position or None)


def oldest_first(
    fetch: Fetch, since: datetime, moment: Callable[[Raw], datetime]
) -> Iterator[tuple[list[Raw], datetime]]:
    """Entries in the order of their last change, and for each portion from where to go on once it is kept.

    Each request begins at the last change seen, a little before it; only what changed within that little is counted
    through by position. So an edit between two requests moves nothing past us: it comes again, at the end.
    """
    start, position = since, None
    seen: set[tuple[str, datetime]] = set()
    while True:
        rows, following = fetch(start, position)
        fresh = [row for row in rows if (str(row["id"]), moment(row)) not in seen]
        seen.update((str(row["id"]), moment(row)) for row in rows)
        again = max([start, *(moment(row) - OVERLAP for row in rows[-1:])])
        yield fresh, again
        if following is None or not rows:
            return
        start, position = (again, None) if again > start else (start, following)


def minutes_since(moment: datetime) -> int:
    """Whole minutes, rounded up: relative times are the same in every time zone."""
    return int((utc_now() - moment) / timedelta(minutes=1)) + 1


def written_down(title: str, body: str, comments: Iterable[tuple[str, str, str]]) -> bytes:
    """An issue as Markdown: its text, then each comment (author, time, text) under a heading of its own."""
    parts = [f"# {title}", body.strip()]
    for author, when, text in comments:
        parts += [f"## {author}, {when[:10]}", text.strip()]
    return "\n\n".join(filter(None, parts)).encode()

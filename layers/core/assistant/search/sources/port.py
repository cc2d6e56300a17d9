"""The port to a source: what changed since a cursor, page by page, and what is still there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from assistant.platform.errors import AssistantError, Invalid

Cursor = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """A document as its source has it. `filename`'s suffix says how `content` is read; `url` is for people."""

    external_id: str
    title: str
    filename: str
    content: bytes
    url: str
    changed_at: datetime
    author: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unreadable:
    """Something that is there and could not be fetched; what is indexed of it stays."""

    external_id: str
    reason: str


@dataclass(frozen=True)
class Page:
    """Some changes, and the cursor from which the next call goes on when these are kept."""

    items: tuple[Item | Unreadable, ...]
    cursor: Cursor


class Connector(Protocol):
    """A source that is reached with its configuration and its secret.

    Methods raise SourceRefused when the secret or the configuration is not accepted, and a retryable AssistantError
    when the source is down or wants us to wait.
    """

    def test(self) -> None:
        """Reach the source, sign in, and read something."""
        ...

    def changes(self, cursor: Cursor) -> Iterator[Page]:
        """What changed since the cursor, oldest change first; everything for an empty one.

        A change may come twice, and is never left out: each page begins at the last change that was seen, not at a
        number of entries that edits would shift.
        """
        ...

    def cursor_at(self, moment: datetime) -> Cursor:
        """The cursor that stands for a moment: from it on, changes are given that were made since then."""
        ...

    def present(self) -> Iterator[list[str]]:
        """The external ids of everything there is, in portions; may lack what moved while it was listed."""
        ...

    def is_gone(self, external_id: str) -> bool:
        """Whether the source says that this is not there (any more), or not for us."""
        ...


class SourceRefused(Invalid):
    """The source does not accept the secret, or knows nothing of what the configuration names."""

    code, title = "source_refused", "The source refused"


class SourceUnavailable(AssistantError):
    """The source does not answer, or answers with an error of its own."""

    retryable = True
    status, code, title = 503, "source_unavailable", "The source does not answer"

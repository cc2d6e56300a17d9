"""What goes into the cache and comes out of it."""

from dataclasses import dataclass
from typing import Any, Literal

from assistant.platform.cache_keys import Namespace
from assistant.platform.cache_store import Entry
from assistant.platform.errors import NotFound

State = Literal["hit", "miss", "stale", "bypass"]


@dataclass(frozen=True, slots=True)
class Cached:
    """A value as it would come out of JSON, where it came from, and how old it is in seconds."""

    value: Any
    state: State
    age: float


@dataclass(frozen=True, slots=True)
class Lasting:
    """What a load may return: a value that is true only until an instant, in seconds since the epoch."""

    value: Any
    until: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value that was not found may be kept, with the versions of its tags from before it was made."""

    namespace: Namespace
    name: str
    versions: list[bytes | None]


def served(entry: Entry, state: State, now: float) -> Cached:
    """What a reader gets of an entry; raises NotFound where that is what is known."""
    if entry.absent:
        raise NotFound("There is no such thing here.")
    return Cached(entry.value, state, max(now - entry.stored_at, 0.0))

"""Answers that may come from the cache, and say so: Cache-Status (RFC 9211) and Age."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Response
from pydantic import BaseModel

from assistant.identity.caller import Caller
from assistant.platform.cache import Cached, Lasting, cache
from assistant.platform.cache_keys import NAMESPACES

Answer = TypeVar("Answer", bound=BaseModel)
TOLD = {"hit": "hit", "miss": "fwd=miss; stored", "stale": "hit; detail=stale", "bypass": "fwd=bypass"}


def cached(
    response: Response,
    caller: Caller,
    namespace: str,
    key: str,
    tags: Iterable[str],
    load: Callable[[], Answer],
    answer: type[Answer],
    until: Callable[[Answer], datetime | None] = lambda loaded: None,
) -> Answer:
    """The caller's own answer to `key`, loaded when it is not kept; `until`: from when on it is no longer true.

    The key gets the user and the role; `tags` name what changes the answer.
    """

    def as_stored() -> Any:
        loaded = load()
        value, end = loaded.model_dump(mode="json"), until(loaded)
        return Lasting(value, end.timestamp()) if end else value

    whose = f"{caller.user_id} {caller.role} {key}"
    found = cache().get(NAMESPACES[namespace], caller.organization_id, whose, tags, as_stored)
    tell(response, found)
    return answer.model_validate(found.value)


def tell(response: Response, found: Cached) -> None:
    """Say in the headers where the answer is from and how old it is."""
    response.headers["Cache-Status"] = f"assistant; {TOLD[found.state]}"
    response.headers["Age"] = str(int(found.age))

"""POST /api/v1/performance/cache/clear: make what is cached for your organisation be computed anew."""

from fnmatch import fnmatchcase
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.http import AdminCaller, lambda_handler
from assistant.platform.cache import cache
from assistant.platform.cache_keys import NAMESPACES
from assistant.platform.errors import Invalid, Unavailable
from assistant.platform.observability import logger
from assistant.platform.valkey import ValkeyDown

router = APIRouter(tags=["performance"])

TAG = "tag:"
Pattern = Annotated[
    str,
    Query(
        min_length=1,
        max_length=200,
        description="A namespace, or several with * and ?, or tag:NAME such as tag:document:… or tag:budget:…",
        examples=["*", "search_*", "tag:document:0b9…"],
    ),
]


class ClearedCache(BaseModel):
    """About how many entries ended, by namespace. None for a tag: which entries carry it is not listed anywhere.

    Another sandbox may answer for up to five seconds more from its own memory.
    """

    pattern: str
    cleared: int | None
    namespaces: dict[str, int]


@router.post("/api/v1/performance/cache/clear")
async def clear_cache(caller: AdminCaller, pattern: Pattern = "*") -> ClearedCache:
    if pattern.startswith(TAG):
        cache().invalidate(caller.organization_id, [pattern.removeprefix(TAG)])
        return ClearedCache(pattern=pattern, cleared=None, namespaces={})
    chosen = [kind for name, kind in NAMESPACES.items() if fnmatchcase(name, pattern.removesuffix(":*"))]
    if not chosen:
        raise Invalid(f"No namespace is called {pattern}. There are: {', '.join(NAMESPACES)}.")
    try:
        cleared = cache().clear(caller.organization_id, chosen)
    except ValkeyDown as error:
        raise Unavailable("The cache does not answer, so nothing was cleared. Try again in a minute.") from error
    logger.info("cache_cleared", extra={"pattern": pattern, "cleared": cleared})
    return ClearedCache(pattern=pattern, cleared=sum(cleared.values()), namespaces=cleared)


handler = lambda_handler(router)

"""GET /api/v1/performance/cache/stats: hits and misses of every kind of cached answer, over all sandboxes."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, lambda_handler
from assistant.platform.cache import cache
from assistant.platform.cache_keys import NAMESPACES
from assistant.platform.errors import Unavailable
from assistant.platform.valkey import ValkeyDown

router = APIRouter(tags=["performance"])


class CacheNamespace(BaseModel):
    """Counts since the statistics began, of all organisations; `keys` and `bytes`: of yours, within a few percent.

    `hit_rate`: percent of the reads that the cache answered, none before the first. Times in seconds, for admins only.
    """

    keys: int
    hits: int
    misses: int
    stale: int
    bypassed: int
    refreshed: int
    hit_rate: float | None
    bytes: int
    ttl: int | None = None
    in_process: float | None = None
    served_when_stale: int | None = None


class CacheStats(BaseModel):
    """`memory_bytes`: what the whole server uses; none where it does not say."""

    namespaces: dict[str, CacheNamespace]
    hits: int
    misses: int
    hit_rate: float | None
    memory_bytes: int | None


@router.get("/api/v1/performance/cache/stats")
async def get_cache_stats(caller: Caller) -> CacheStats:
    try:
        counts, sizes, memory = cache().statistics(), cache().sizes(caller.organization_id), cache().memory()
    except ValkeyDown as error:
        raise Unavailable("The cache does not answer, so its counts are not known. The rest goes on.") from error
    namespaces = {}
    for name, kind in NAMESPACES.items():
        found = counts[name]
        stored = found.get("stored", 0)
        namespaces[name] = CacheNamespace(
            keys=sizes[name],
            hits=found.get("hits", 0),
            misses=found.get("misses", 0),
            stale=found.get("stale", 0),
            bypassed=found.get("bypassed", 0),
            refreshed=found.get("refreshed", 0),
            hit_rate=rate(found.get("hits", 0), found.get("misses", 0)),
            bytes=round(sizes[name] * found.get("bytes", 0) / stored) if stored else 0,
            ttl=kind.ttl if caller.is_admin else None,
            in_process=kind.in_process if caller.is_admin else None,
            served_when_stale=kind.stale if caller.is_admin else None,
        )
    hits = sum(one.hits for one in namespaces.values())
    misses = sum(one.misses for one in namespaces.values())
    return CacheStats(namespaces=namespaces, hits=hits, misses=misses, hit_rate=rate(hits, misses), memory_bytes=memory)


def rate(hits: int, misses: int) -> float | None:
    return round(100 * hits / (hits + misses), 2) if hits + misses else None


handler = lambda_handler(router)

"""The cache: answers that were computed before, in this process and in Valkey, never the truth.

An entry carries the versions of its tags as they were *before* its source was read. Changing a tag's version makes
every entry that carries the old one a miss, also one that is stored later by a reader who was slow: no KEYS, no
deletions, no race between reading and invalidating. Entry and tags share one hash tag, so one MGET reads them all.

At an expiry one reader loads and the others wait for it; before the expiry one reader refreshes and the others go on
with what there is. When the source fails, an entry past its time is served and marked. When Valkey is down, every
reader asks the source, as if there were no cache.
"""

import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from assistant.platform.cache_keys import NAMESPACES, Namespace, entry_key, namespace_tag, tag_key
from assistant.platform.cache_store import CacheStore, Entry
from assistant.platform.cache_values import Cached, Lasting, Place, served
from assistant.platform.config import MissingSetting
from assistant.platform.errors import NotFound, Unavailable
from assistant.platform.observability import logger
from assistant.platform.valkey import Valkey, ValkeyDown, valkey

__all__ = ["Cache", "Cached", "Lasting", "Place", "cache"]

WAIT_SECONDS = 5.0
REFRESH_AT = 0.8  # of an entry's life
KEPT_IN_PROCESS = 512
LOST_REMEMBERED = 1000


class Cache:
    """The cache of a sandbox."""

    def __init__(
        self, valkey_of: Valkey, now: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store, self._now, self._sleep = CacheStore(valkey_of), now, sleep
        self._near: OrderedDict[str, tuple[float, Entry]] = OrderedDict()
        self._lost: set[str] = set()

    def get(self, namespace: Namespace, owner: str, key: str, tags: Iterable[str], load: Callable[[], Any]) -> Cached:
        """The value of `key` for `owner` (an organisation), loaded when it is not there.

        `key` must name everything that the value depends on: the user, the arguments. `tags` name what changes it.
        Raises what `load` raises, unless a stale entry can stand in for an Unavailable. `load` may return a Lasting.
        """
        name = entry_key(namespace, owner, key)
        now = self._now()
        near = self._near.get(name)
        if near and near[0] > now:
            self._store.count(namespace, "hits")
            return served(near[1], "hit", now)
        tag_keys = self._tag_keys(namespace, owner, tags)
        try:
            self._make_up()
            entry, versions = self._store.read(namespace, name, tag_keys)
            if entry and entry.fresh_until > now:
                if not self._due_for_refresh(namespace, entry, now):
                    return self._hit(namespace, name, entry, now)
                if (token := self._store.lock(name)) is None:
                    return self._hit(namespace, name, entry, now)
                return self._locked(namespace, name, tag_keys, load, entry, token)
            return self._miss(namespace, name, tag_keys, versions, load, entry)
        except ValkeyDown:
            self._store.count(namespace, "bypassed")
            value = load()
            return Cached(value.value if isinstance(value, Lasting) else value, "bypass", 0.0)

    def find(
        self, namespace: Namespace, owner: str, key: str, tags: Iterable[str]
    ) -> tuple[Cached | None, Place | None]:
        """What is kept, or where to `keep` what the caller makes: for values that nobody should wait for.

        (None, None) while Valkey is down.
        """
        name = entry_key(namespace, owner, key)
        try:
            self._make_up()
            tag_keys = self._tag_keys(namespace, owner, tags)
            entry, versions = self._store.read(namespace, name, tag_keys)
            now = self._now()
            if entry and entry.fresh_until > now:
                self._store.count(namespace, "hits")
                return Cached(entry.value, "hit", max(now - entry.stored_at, 0.0)), None
            if None in versions:
                versions = self._store.versions(tag_keys)
        except ValkeyDown:
            self._store.count(namespace, "bypassed")
            return None, None
        self._store.count(namespace, "misses")
        return None, Place(namespace, name, versions)

    def keep(self, place: Place, value: Any) -> None:
        """Store a value; it is never served if one of its tags changed since `find`."""
        now = self._now()
        entry = Entry(value, False, now, now + place.namespace.ttl)
        self._store.write(place.namespace, place.name, entry, place.versions, None)

    def invalidate(self, owner: str, tags: Iterable[str]) -> None:
        """Make every entry of `owner` that carries one of the tags a miss. Call it after the commit."""
        self._change({tag_key(owner, tag) for tag in tags})

    def clear(self, owner: str, namespaces: Iterable[Namespace]) -> dict[str, int]:
        """Make every entry of `owner` in these namespaces a miss; about how many there were, by namespace.

        Raises ValkeyDown. Another sandbox may serve what it keeps in its process for that namespace's time.
        """
        chosen = list(namespaces)
        self._near.clear()
        return self._store.clear(owner, chosen, self._now())

    def statistics(self) -> dict[str, dict[str, int]]:
        """Hits, misses, stale, refreshed, bypassed, stored and bytes (of what was stored) per namespace, over all
        sandboxes; raises ValkeyDown."""
        return dict(zip(NAMESPACES, self._store.counts(list(NAMESPACES)), strict=True))

    def sizes(self, owner: str) -> dict[str, int]:
        """About how many entries of `owner` are kept in each namespace; raises ValkeyDown."""
        return self._store.sizes(owner, list(NAMESPACES.values()), self._now())

    def memory(self) -> int | None:
        """Bytes that Valkey says it uses in all; None when it does not say. Raises ValkeyDown."""
        return self._store.memory()

    def taken(self) -> dict[str, int]:
        """What was counted in this sandbox since this was asked last."""
        return self._store.taken()

    def _tag_keys(self, namespace: Namespace, owner: str, tags: Iterable[str]) -> list[str]:
        return [tag_key(owner, tag) for tag in (namespace_tag(namespace), *tags)]

    def _change(self, keys: set[str]) -> None:
        self._near.clear()
        try:
            self._store.change(sorted(keys | self._lost))
            self._lost.clear()
        except (ValkeyDown, MissingSetting):
            # Made up for when Valkey is back and this sandbox runs again. Should it never run again, what is cached
            # may be served until its time is over; the namespace's ttl bounds it.
            if len(self._lost) < LOST_REMEMBERED:
                self._lost |= keys
            logger.warning("invalidation_lost", extra={"tags": len(keys)})

    def _make_up(self) -> None:
        """What could not be invalidated while Valkey was down, before anything is read from it again."""
        if self._lost:
            self._store.change(sorted(self._lost))
            self._lost.clear()

    # ---- the ways that a read can go ----

    def _hit(self, namespace: Namespace, name: str, entry: Entry, now: float) -> Cached:
        self._store.count(namespace, "hits")
        self._keep_near(namespace, name, entry, now)
        return served(entry, "hit", now)

    def _miss(
        self, namespace: Namespace, name: str, tag_keys: list[str], versions: list[bytes | None],
        load: Callable[[], Any], old: Entry | None,
    ) -> Cached:  # fmt: skip
        """One reader takes the lock and loads; the others wait for what it stores, and load after WAIT_SECONDS."""
        deadline = self._now() + WAIT_SECONDS
        pause = 0.005
        while (token := self._store.lock(name, tag_keys, versions)) is None and self._now() < deadline:
            self._sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret
            pause = min(pause * 1.5, 0.1)
            entry, versions = self._store.read(namespace, name, tag_keys)
            now = self._now()
            if entry and entry.fresh_until > now:
                return self._hit(namespace, name, entry, now)
        if token:
            return self._locked(namespace, name, tag_keys, load, old, token)
        return self._load(namespace, name, versions, load, old, None)

    def _locked(
        self, namespace: Namespace, name: str, tag_keys: list[str],
        load: Callable[[], Any], old: Entry | None, token: str,
    ) -> Cached:  # fmt: skip
        """Load, unless another reader stored it between our read and our lock."""
        entry, versions = self._store.read(namespace, name, tag_keys)
        now = self._now()
        if entry and entry.fresh_until > now and not self._due_for_refresh(namespace, entry, now):
            self._store.unlock(name, token)
            return self._hit(namespace, name, entry, now)
        return self._load(namespace, name, versions, load, entry or old, token)

    def _load(
        self, namespace: Namespace, name: str, versions: list[bytes | None],
        load: Callable[[], Any], old: Entry | None, token: str | None,
    ) -> Cached:  # fmt: skip
        absent = False
        try:
            value = load()
        except NotFound:
            if not namespace.absent:
                self._store.unlock(name, token)
                raise
            value, absent = None, True
        except Unavailable:
            self._store.unlock(name, token)
            if old is None:
                raise
            self._store.count(namespace, "stale")
            return served(old, "stale", self._now())
        except BaseException:
            self._store.unlock(name, token)
            raise
        now = self._now()
        until = now + (namespace.absent if absent else namespace.ttl)
        if isinstance(value, Lasting):
            value, until = value.value, min(until, value.until)
        entry = Entry(value, absent, now, until)
        self._store.count(namespace, "refreshed" if old and old.fresh_until > now else "misses")
        self._store.write(namespace, name, entry, versions, token)
        self._keep_near(namespace, name, entry, now)
        return served(entry, "miss", now)

    def _due_for_refresh(self, namespace: Namespace, entry: Entry, now: float) -> bool:
        life = entry.fresh_until - entry.stored_at
        return not entry.absent and now > entry.stored_at + REFRESH_AT * life

    # ---- in this process ----

    def _keep_near(self, namespace: Namespace, name: str, entry: Entry, now: float) -> None:
        if namespace.in_process:
            self._near[name] = (min(now + namespace.in_process, entry.fresh_until), entry)
            self._near.move_to_end(name)
            while len(self._near) > KEPT_IN_PROCESS:
                self._near.popitem(last=False)


@lru_cache(maxsize=1)
def cache() -> Cache:
    """The cache of this sandbox."""
    return Cache(valkey())

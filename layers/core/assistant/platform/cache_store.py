"""What the cache keeps in Valkey: entries with the versions of their tags, locks, and counts that travel along."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assistant.platform.cache_keys import (
    Namespace,
    lock_key,
    namespace_tag,
    new_version,
    size_keys,
    statistics_key,
    tag_key,
)
from assistant.platform.observability import logger
from assistant.platform.valkey import Valkey, ValkeyDown

TAG_SECONDS = 86_400  # longer than any entry lives
LOCK_MILLISECONDS = 5_000  # longer than a source may take; a loader that dies blocks its key no longer
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


@dataclass(slots=True)
class Entry:
    """A value, or that there is none. Times in seconds since the epoch."""

    value: Any
    absent: bool
    stored_at: float
    fresh_until: float


class CacheStore:
    """The cache's side of Valkey. Raises ValkeyDown where a caller must know, and is quiet where it need not."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey
        self._counts: dict[str, int] = {}
        self._taken: dict[str, int] = {}

    def change(self, tag_keys: list[str]) -> None:
        """Give tags a new version, at which the entries that carry the old one end."""
        commands = [("set", key, new_version(), "EX", TAG_SECONDS) for key in tag_keys]
        self._valkey.ask(lambda client: pipelined(client, commands), insisting=True)

    def counts(self, names: list[str]) -> list[dict[str, int]]:
        """What was counted in each namespace, over all sandboxes."""
        commands = [("hgetall", statistics_key(name)) for name in names]
        read: list[dict[bytes, bytes]] = self._valkey.ask(lambda client: pipelined(client, commands))
        return [{field.decode(): int(count) for field, count in counts.items()} for counts in read]

    def sizes(self, owner: str, namespaces: list[Namespace], now: float) -> dict[str, int]:
        """About how many entries of `owner` there are in each namespace: within 1 %, and a quarter of its time late."""
        commands = [("pfcount", *size_keys(owner, namespace, now)) for namespace in namespaces]
        counts: list[int] = self._valkey.ask(lambda client: pipelined(client, commands))
        return {namespace.name: count for namespace, count in zip(namespaces, counts, strict=True)}

    def clear(self, owner: str, namespaces: list[Namespace], now: float) -> dict[str, int]:
        """Give the namespaces' own tags new versions, which ends all their entries; how many there were."""
        if not namespaces:
            return {}
        commands: list[tuple[Any, ...]] = [("pfcount", *size_keys(owner, namespace, now)) for namespace in namespaces]
        for namespace in namespaces:
            commands.append(("set", tag_key(owner, namespace_tag(namespace)), new_version(), "EX", TAG_SECONDS))
            commands.append(("del", *size_keys(owner, namespace, now)))
        answers = self._valkey.ask(lambda client: pipelined(client, commands))
        return {namespace.name: int(answers[n]) for n, namespace in enumerate(namespaces)}

    def memory(self) -> int | None:
        """What INFO says; ElastiCache Serverless may leave it out."""
        told: dict[str, Any] = self._valkey.ask(lambda client: client.info("memory"))
        used = told.get("used_memory")
        return int(used) if used is not None else None

    def read(self, namespace: Namespace, name: str, tag_keys: list[str]) -> tuple[Entry | None, list[bytes | None]]:
        """The entry if its tags still have the versions that it was stored with, and those versions now.

        A tag without a version matches nothing: whoever saw none before a flush and stores after it would otherwise
        bring back what was changed in between.
        """
        commands: list[tuple[Any, ...]] = [("mget", name, *tag_keys), *self._counts_to_send()]
        stored, *versions = self._valkey.ask(lambda client: pipelined(client, commands))[0]
        if stored is None or None in versions:
            return None, versions
        head = json.loads(stored)
        if head["tags"] != [version.decode() if version else None for version in versions]:
            return None, versions
        return Entry(head["value"], head["absent"], head["at"], head["until"]), versions

    def write(
        self, namespace: Namespace, name: str, entry: Entry, versions: list[bytes | None], token: str | None
    ) -> None:
        head = {
            "tags": [version.decode() if version else None for version in versions],
            "value": entry.value,
            "absent": entry.absent,
            "at": entry.stored_at,
            "until": entry.fresh_until,
        }
        seconds = int(entry.fresh_until - entry.stored_at) + namespace.stale
        text = json.dumps(head)
        # A HyperLogLog knows how many different keys it has seen, in at most 12 KB: no set of keys, no scan for them.
        owner, size = name[1 : name.index("}")], int(namespace.ttl * 1.5)
        counted = size_keys(owner, namespace, entry.stored_at)[0]
        commands: list[tuple[Any, ...]] = [
            ("set", name, text, "EX", seconds),
            ("pfadd", counted, name),
            ("expire", counted, size),
        ]
        self._add(namespace.name, "stored", 1)
        self._add(namespace.name, "bytes", len(text))
        if token:
            commands.append(("eval", RELEASE, 1, lock_key(name), token))
        self._quietly([*commands, *self._counts_to_send()])

    def lock(self, name: str, tag_keys: Iterable[str] = (), versions: Iterable[bytes | None] = ()) -> str | None:
        """The right to load, for LOCK_MILLISECONDS, unless another has it. Tags that have no version get their first
        with it: read them again before the load."""
        token = secrets.token_hex(8)
        unset = [key for key, version in zip(tag_keys, versions, strict=True) if version is None]
        commands = [("set", lock_key(name), token, "NX", "PX", LOCK_MILLISECONDS), *_first_versions(unset)]
        return token if self._valkey.ask(lambda client: pipelined(client, commands))[0] else None

    def versions(self, tag_keys: list[str]) -> list[bytes | None]:
        """The tags' versions, their first ones where they had none."""
        commands = [*_first_versions(tag_keys), ("mget", *tag_keys)]
        found: list[bytes | None] = self._valkey.ask(lambda client: pipelined(client, commands))[-1]
        return found

    def unlock(self, name: str, token: str | None) -> None:
        if token:
            self._quietly([("eval", RELEASE, 1, lock_key(name), token)])

    def _quietly(self, commands: list[tuple[Any, ...]]) -> None:
        try:
            self._valkey.ask(lambda client: pipelined(client, commands))
        except ValkeyDown:
            logger.warning("cache_not_written")

    def count(self, namespace: Namespace, what: str) -> None:
        self._add(namespace.name, what, 1)
        self._taken[what] = self._taken.get(what, 0) + 1

    def taken(self) -> dict[str, int]:
        """What was counted since this was asked last, whether Valkey heard of it or not."""
        taken, self._taken = self._taken, {}
        return taken

    def _add(self, name: str, what: str, n: int) -> None:
        field = f"{name}\n{what}"
        self._counts[field] = self._counts.get(field, 0) + n

    def _counts_to_send(self) -> list[tuple[Any, ...]]:
        """The counts travel with the next command that goes anyway."""
        counts, self._counts = self._counts, {}
        return [
            ("hincrby", statistics_key(name), what, count)
            for field, count in counts.items()
            for name, what in [field.split("\n")]
        ]


def _first_versions(tag_keys: list[str]) -> list[tuple[Any, ...]]:
    return [("set", key, new_version(), "NX", "EX", TAG_SECONDS) for key in tag_keys]


def pipelined(client: Any, commands: list[tuple[Any, ...]]) -> list[Any]:
    pipeline = client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    answers: list[Any] = pipeline.execute()
    return answers

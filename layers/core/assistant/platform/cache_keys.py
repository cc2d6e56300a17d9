"""The kinds of entries in the cache, and the names of keys. Everything of an organisation shares its hash tag."""

import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Namespace:
    """A kind of entry. `version` changes with the shape of its values; times in seconds.

    `in_process`: how long a sandbox may serve it without asking Valkey, which is how long it may miss an invalidation.
    `stale`: how long past its time it may be served when the source fails. `absent`: how long "not found" is kept.
    """

    name: str
    ttl: int
    version: int = 1
    in_process: float = 0.0
    stale: int = 600
    absent: int = 0


NAMESPACES = {
    namespace.name: namespace
    for namespace in (
        Namespace("user_session", 3600),
        Namespace("budget_status", 60),
        Namespace("search_results", 600),
        Namespace("vector_search", 900),
        Namespace("system_stats", 120, in_process=5.0),
        Namespace("api_response", 300),
        Namespace("provider_health", 30, in_process=5.0, stale=0),
        Namespace("llm_answer", 21_600, stale=0),
    )
}


def entry_key(namespace: Namespace, owner: str, key: str) -> str:
    """Where an entry is stored; the organisation is the hash tag that it shares with its tags."""
    digest = hashlib.sha256(key.encode()).hexdigest()  # a key may hold a query's text: long, and nobody's business
    return f"{{{owner}}}:{namespace.name}:{namespace.version}:{digest}"


def tag_key(owner: str, tag: str) -> str:
    """Where the version of a tag is."""
    return f"{{{owner}}}:tag:{tag}"


def namespace_tag(namespace: Namespace) -> str:
    """The tag that every entry of a namespace carries, so that all of them can be cleared at once."""
    return f"namespace:{namespace.name}"


def user_tag(user_id: str) -> str:
    """Changed with what is stored about a user."""
    return f"user:{user_id}"


def budget_tag(user_id: str) -> str:
    """Changed with every hold, charge and limit of a user."""
    return f"budget:{user_id}"


def document_tag(document_id: str) -> str:
    """Changed when a document is replaced or deleted."""
    return f"document:{document_id}"


SIZE_PARTS = 4  # of an entry's time; sizes are counted by part, so that what has expired falls out


def size_keys(owner: str, namespace: Namespace, now: float) -> list[str]:
    """Where the entries stored lately are counted (HyperLogLogs), the running part first: together they cover the
    namespace's time, and up to a part more."""
    part = int(now // (namespace.ttl / SIZE_PARTS))
    return [f"{{{owner}}}:size:{namespace.name}:{part - n}" for n in range(SIZE_PARTS + 1)]


def lock_key(name: str) -> str:
    """Who loads the entry now."""
    return f"{name}:lock"


def statistics_key(name: str) -> str:
    """The counts of a namespace, of all organisations."""
    return f"{{statistics}}:{name}"


def new_version() -> str:
    """A version that no entry has yet."""
    return secrets.token_hex(8)  # not a counter: one that expired and began anew would match old entries

"""Answers of the search, remembered until the organization's index changes."""

import json
from collections.abc import Callable
from typing import Any

from assistant.identity.caller import Caller
from assistant.platform.cache import cache
from assistant.platform.cache_keys import NAMESPACES
from assistant.platform.clock import monotonic
from assistant.platform.db import UnitOfWork
from assistant.search.changes import TAG
from assistant.search.embeddings import configured
from assistant.search.models import SearchQuery, SearchResults
from assistant.search.search import search


class _NotKept(Exception):
    """An answer that is worse than usual: it is given, and not remembered."""

    def __init__(self, results: SearchResults) -> None:
        super().__init__()
        self.results = results


def cached_search(
    work: UnitOfWork, caller: Caller, query: SearchQuery, namespace: str = "search_results"
) -> SearchResults:
    """As `search`, from the cache when nothing of the organization's index has changed since.

    The key names the user, since sources may be for some teams only. What a failing model has degraded is not kept.
    """
    started = monotonic()
    model = configured.model()
    key = json.dumps(
        [caller.user_id, caller.role, model.key if model else "", query.model_dump(mode="json")], sort_keys=True
    )

    def load() -> dict[str, Any]:
        results = search(work, caller, query)
        if results.degraded:
            raise _NotKept(results)
        return results.model_dump(mode="json")

    try:
        found = cache().get(NAMESPACES[namespace], caller.organization_id, key, [TAG], load)
    except _NotKept as worse:
        return worse.results
    results = SearchResults.model_validate(found.value)
    results.search_time_ms = round((monotonic() - started) * 1000, 2)
    results.cached = found.state in ("hit", "stale")
    return results


def cached_numbers(organization_id: str, key: str, load: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Counts of the organization's index, two minutes old at most and never older than its last change."""
    value: dict[str, Any] = cache().get(NAMESPACES["system_stats"], organization_id, key, [TAG], load).value
    return value

"""Hits and misses, over all sandboxes."""

from assistant.platform.cache import Cache
from assistant.platform.valkey import Valkey


def test_an_anonymous_caller_is_refused(call):
    assert call("performance.get_cache_stats").status == 401


def test_what_was_read_is_counted_for_the_reader_s_organization(call, person):
    someone, other = person(), person()
    call("budget.get_budget_status", person())  # a miss: hits of the tests before travel with it
    before = call("performance.get_cache_stats", someone).body["namespaces"]["budget_status"]
    for _ in range(3):
        call("budget.get_budget_status", someone)
    call("budget.get_budget_status", other)  # a miss, with which the hits before it travel
    body = call("performance.get_cache_stats", someone).body
    after = body["namespaces"]["budget_status"]
    assert (after["hits"] - before["hits"], after["misses"] - before["misses"]) == (2, 2)
    assert (before["keys"], after["keys"]) == (0, 1)
    assert after["bytes"] > 100
    assert after["hit_rate"] == round(100 * after["hits"] / (after["hits"] + after["misses"]), 2)
    assert body["hits"] >= after["hits"]
    assert body["memory_bytes"] > 100_000


def test_times_are_for_administrators(call, person):
    assert call("performance.get_cache_stats", person()).body["namespaces"]["budget_status"]["ttl"] is None
    shown = call("performance.get_cache_stats", person(role="admin")).body["namespaces"]["budget_status"]
    assert shown["ttl"] == 60


def test_without_valkey_it_says_so(call, person, monkeypatch):
    without = Cache(Valkey())
    monkeypatch.setattr("functions.performance.get_cache_stats.cache", lambda: without)
    monkeypatch.setenv("CACHE_PORT", "1")
    assert call("performance.get_cache_stats", person()).status == 503

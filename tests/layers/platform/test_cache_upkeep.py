"""The cache's upkeep: values that end earlier, clearing, sizes, lost invalidations, values kept apart, counts."""

import uuid

import pytest

from assistant.platform.cache import Lasting
from assistant.platform.cache_keys import Namespace
from assistant.platform.valkey import ValkeyDown

KIND = Namespace("api_response", ttl=100, stale=50, absent=10)


@pytest.fixture
def owner():
    return uuid.uuid4().hex


def test_a_value_that_ends_earlier_is_kept_no_longer(sandbox, owner, clock):
    cache = sandbox()
    cache.get(KIND, owner, "k", [], lambda: Lasting("until midnight", clock.now + 20))
    assert sandbox().get(KIND, owner, "k", [], lambda: "new").value == "until midnight"
    clock.now += 21
    assert cache.get(KIND, owner, "k", [], lambda: "new").value == "new"


def test_clearing_a_namespace_ends_its_entries_and_no_others(sandbox, owner):
    other, foreign = Namespace("vector_search", ttl=100), uuid.uuid4().hex
    cache = sandbox()
    for n in range(20):
        cache.get(KIND, owner, f"k{n}", [], lambda: "old")
    cache.get(other, owner, "k", [], lambda: "old")
    cache.get(KIND, foreign, "k1", [], lambda: "old")
    assert sandbox().clear(owner, [KIND]) == {"api_response": 20}
    assert cache.sizes(owner)["api_response"] == 0
    assert sandbox().get(KIND, owner, "k1", [], lambda: "new").value == "new"
    assert sandbox().get(other, owner, "k", [], lambda: "new").value == "old"
    assert sandbox().get(KIND, foreign, "k1", [], lambda: "new").value == "old"


def test_sizes_forget_what_has_expired(sandbox, owner, clock):
    cache, short = sandbox(), Namespace("api_response", ttl=300)
    for n in range(5):
        cache.get(short, owner, f"k{n}", [], lambda: "old")
    assert cache.sizes(owner)["api_response"] == 5
    clock.now += 2 * short.ttl
    assert cache.sizes(owner)["api_response"] == 0


def test_an_invalidation_that_was_lost_is_made_up(sandbox, owner, valkey, monkeypatch):
    cache = sandbox()
    cache.get(KIND, owner, "k", ["t"], lambda: "old")
    ask = cache._store._valkey.ask

    def down(command, insisting=False):
        raise ValkeyDown("planted")

    monkeypatch.setattr(cache._store._valkey, "ask", down)
    cache.invalidate(owner, ["t"])
    assert cache.get(KIND, owner, "k", ["t"], lambda: "new").state == "bypass"
    monkeypatch.setattr(cache._store._valkey, "ask", ask)
    assert cache.get(KIND, owner, "k", ["t"], lambda: "new").value == "new"
    assert sandbox().get(KIND, owner, "k", ["t"], lambda: "newer").value == "new"


def test_an_invalidation_is_sent_also_by_a_sandbox_that_leaves_valkey_alone(sandbox, owner, monkeypatch):
    writer, reader = sandbox(), sandbox()
    assert reader.get(KIND, owner, "k", ["t"], lambda: "old").state == "miss"
    monkeypatch.setattr(writer._store._valkey, "_rest_until", float("inf"))
    assert writer.get(KIND, owner, "k", ["t"], lambda: "old").state == "bypass"
    writer.invalidate(owner, ["t"])
    assert reader.get(KIND, owner, "k", ["t"], lambda: "new").value == "new"


def test_what_a_slow_reader_stores_after_a_flush_is_never_served(sandbox, owner):
    cache, writer, source = sandbox(), sandbox(), ["old"]

    def load():
        value, source[0] = source[0], "new"
        writer.invalidate(owner, ["t"])
        writer._store._valkey.ask(lambda client: client.flushall())
        return value

    assert cache.get(KIND, owner, "k", ["t"], load).value == "old"
    assert writer.get(KIND, owner, "k", ["t"], lambda: source[0]).value == "new"


def test_what_is_made_before_a_flush_is_not_kept_after_it(sandbox, owner):
    cache = sandbox()
    _, place = cache.find(KIND, owner, "k", ["t"])
    cache.invalidate(owner, ["t"])
    cache._store._valkey.ask(lambda client: client.flushall())
    cache.keep(place, "old")
    assert cache.find(KIND, owner, "k", ["t"])[0] is None


def test_what_is_found_is_not_made_and_what_is_made_is_kept(sandbox, owner):
    cache = sandbox()
    found, place = cache.find(KIND, owner, "k", ["t"])
    assert found is None
    cache.keep(place, {"answer": 42})
    again, _ = sandbox().find(KIND, owner, "k", ["t"])
    assert again.value == {"answer": 42}


def test_what_was_made_before_a_change_is_not_served_after_it(sandbox, owner):
    cache = sandbox()
    _, place = cache.find(KIND, owner, "k", ["t"])
    sandbox().invalidate(owner, ["t"])
    cache.keep(place, "made from what was")
    assert cache.find(KIND, owner, "k", ["t"])[0] is None


def test_what_was_counted_is_told_once(sandbox, owner):
    cache = sandbox()
    cache.get(KIND, owner, "k", [], lambda: 1)
    cache.get(KIND, owner, "k", [], lambda: 1)
    assert cache.taken() == {"misses": 1, "hits": 1}
    assert cache.taken() == {}

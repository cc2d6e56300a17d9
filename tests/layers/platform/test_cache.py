"""The cache: never a wrong answer, one origin call at an expiry, correct without Valkey."""

import random
import threading
import uuid

import pytest

from assistant.platform import cache as platform
from assistant.platform.cache import Cache
from assistant.platform.cache_keys import Namespace, namespace_tag, tag_key
from assistant.platform.cache_store import CacheStore
from assistant.platform.errors import NotFound, Unavailable
from assistant.platform.valkey import Valkey

KIND = Namespace("api_response", ttl=100, stale=50, absent=10)


@pytest.fixture
def owner():
    return uuid.uuid4().hex


def counted(value):
    calls = []

    def load():
        calls.append(1)
        return value() if callable(value) else value

    return load, calls


def test_the_second_reader_is_answered_without_the_source(sandbox, owner):
    load, calls = counted({"n": 1})
    first = sandbox().get(KIND, owner, "k", ["t"], load)
    second = sandbox().get(KIND, owner, "k", ["t"], load)
    assert (first.value, first.state, second.value, second.state) == ({"n": 1}, "miss", {"n": 1}, "hit")
    assert len(calls) == 1


def test_organizations_and_keys_are_apart(sandbox, owner):
    cache = sandbox()
    assert cache.get(KIND, owner, "k", [], lambda: "mine").value == "mine"
    assert cache.get(KIND, uuid.uuid4().hex, "k", [], lambda: "theirs").value == "theirs"
    assert cache.get(KIND, owner, "other", [], lambda: "another").value == "another"


def test_a_changed_tag_is_seen_by_every_sandbox_at_once(sandbox, owner):
    reader, writer = sandbox(), sandbox()
    reader.get(KIND, owner, "k", ["a", "b"], lambda: "old")
    writer.invalidate(owner, ["b"])
    assert reader.get(KIND, owner, "k", ["a", "b"], lambda: "new").value == "new"
    writer.invalidate(owner, ["unrelated"])
    assert reader.get(KIND, owner, "k", ["a", "b"], lambda: "newer").value == "new"


def slow_reader_stores_old_answer(cache_of_reader, writer, owner):
    """A reader reads the source, a write and its invalidation happen, then the reader stores what it read."""
    source = ["old"]

    def load():
        value = source[0]
        source[0] = "new"
        writer.invalidate(owner, ["t"])
        return value

    cache_of_reader.get(KIND, owner, "k", ["t"], load)
    return writer.get(KIND, owner, "k", ["t"], lambda: source[0]).value


def test_what_a_slow_reader_stores_late_is_never_served(sandbox, owner):
    assert slow_reader_stores_old_answer(sandbox(), sandbox(), owner) == "new"


class ReadsVersionsLate(CacheStore):
    """The planted bug: the tags' versions as they are when the entry is stored."""

    def write(self, namespace, name, entry, versions, token):
        tags = [tag_key(name[1 : name.index("}")], tag) for tag in (namespace_tag(namespace), "t")]
        super().write(namespace, name, entry, self.read(namespace, name, tags)[1], token)


def test_the_race_above_catches_versions_read_late(sandbox, owner):
    assert slow_reader_stores_old_answer(sandbox(ReadsVersionsLate), sandbox(), owner) == "old"


def test_not_found_is_remembered_for_a_short_time(sandbox, owner, clock):
    def absent():
        raise NotFound("nothing")

    cache = sandbox()
    with pytest.raises(NotFound):
        cache.get(KIND, owner, "k", [], absent)
    with pytest.raises(NotFound):
        sandbox().get(KIND, owner, "k", [], lambda: "there")
    clock.now += KIND.absent + 1
    assert cache.get(KIND, owner, "k", [], lambda: "there").value == "there"


def test_a_failing_source_is_bridged_by_what_was_known_and_marked(sandbox, owner, clock):
    def failing():
        raise Unavailable("the source is down")

    cache = sandbox()
    cache.get(KIND, owner, "k", [], lambda: "known")
    clock.now += KIND.ttl + 1
    served = cache.get(KIND, owner, "k", [], failing)
    assert (served.value, served.state, round(served.age)) == ("known", "stale", KIND.ttl + 1)
    with pytest.raises(Unavailable):
        cache.get(KIND, owner, "never-known", [], failing)


def test_without_valkey_every_answer_comes_from_the_source(monkeypatch, clock, owner):
    monkeypatch.setenv("CACHE_HOST", "127.0.0.1")
    monkeypatch.setenv("CACHE_PORT", "1")
    monkeypatch.setenv("CACHE_TLS", "off")
    cache = Cache(Valkey(), clock)
    answers = [cache.get(KIND, owner, "k", ["t"], lambda n=n: n) for n in range(3)]
    assert [(answer.value, answer.state) for answer in answers] == [(0, "bypass"), (1, "bypass"), (2, "bypass")]
    cache.invalidate(owner, ["t"])


def test_one_refreshes_before_the_end_while_the_others_are_answered(sandbox, owner, clock):
    cache = sandbox()
    cache.get(KIND, owner, "k", [], lambda: "old")
    clock.now += KIND.ttl * platform.REFRESH_AT + 1
    others = []

    def load():
        others.append(sandbox().get(KIND, owner, "k", [], lambda: pytest.fail("a second refresh")).value)
        return "new"

    assert cache.get(KIND, owner, "k", [], load).value == "new"
    assert others == ["old"]


def test_many_readers_at_an_expiry_make_one_origin_call(sandbox, owner, clock):
    for seed in range(15):
        assert stampede(sandbox, owner, clock, readers=24, seed=seed) == 1, f"seed {seed}"


class WithoutLock(CacheStore):
    def lock(self, name, tag_keys=(), versions=()):
        return "everyone"


def test_the_stampede_catches_a_cache_without_a_lock(sandbox, owner, clock):
    assert max(stampede(lambda: sandbox(WithoutLock), owner, clock, readers=24, seed=seed) for seed in range(3)) > 1


def stampede(sandbox, owner, clock, *, readers, seed):
    """How often the source was asked when many sandboxes read one key that has just expired."""
    order = random.Random(seed)
    key, calls, lock = f"stampede-{uuid.uuid4().hex}", [], threading.Lock()
    sandbox().get(KIND, owner, key, [], lambda: "old")
    clock.now += KIND.ttl + 1
    caches = [sandbox() for _ in range(readers)]
    order.shuffle(caches)
    start, gate, answers = threading.Barrier(readers), threading.Event(), []

    def load():
        with lock:
            calls.append(1)
        gate.wait(0.05)  # the source takes its time, so that the others arrive meanwhile
        return "new"

    def read(cache):
        start.wait()
        answers.append(cache.get(KIND, owner, key, [], load).value)

    threads = [threading.Thread(target=read, args=(cache,)) for cache in caches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {"new"}
    return len(calls)


def test_the_counts_of_all_sandboxes_come_together(sandbox, owner):
    name = Namespace("vector_search", ttl=100)
    before = sandbox().statistics()["vector_search"]
    for cache in (sandbox(), sandbox()):
        for _ in range(3):
            cache.get(name, owner, "k", [], lambda: 1)
        cache.get(name, owner, uuid.uuid4().hex, [], lambda: 1)  # carries the hits before it
    after = sandbox().statistics()["vector_search"]
    assert after["misses"] - before.get("misses", 0) == 3
    assert after["hits"] - before.get("hits", 0) == 5

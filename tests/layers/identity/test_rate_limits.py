"""Limits are counted together by all sandboxes, exactly, and what they say of the wait is true."""

import os
import random
import threading
import time

import pytest

from assistant.identity import rate_limits
from assistant.identity.rate_limits import BASIC, LOG_IN, REGISTER, TAKE, Limit, quota_of, take
from assistant.platform.valkey import Valkey
from local.process import free_port


@pytest.fixture(autouse=True)
def counters(valkey, monkeypatch):
    """A sandbox whose Valkey is the test's."""
    monkeypatch.setenv("CACHE_HOST", valkey.host)
    monkeypatch.setenv("CACHE_PORT", str(valkey.port))
    monkeypatch.setenv("CACHE_TLS", "off")
    monkeypatch.setenv("CACHE_USER", "")
    monkeypatch.delenv("RATE_LIMITS", raising=False)
    client = Valkey()
    monkeypatch.setattr(rate_limits, "valkey", lambda: client)
    yield client
    client.close()


@pytest.fixture
def subject():
    return f"user:{os.urandom(8).hex()}"


def test_the_limits_are_those_of_the_api():
    quotas = {
        limit.name: (limit.quota, limit.window) for limit in vars(rate_limits).values() if isinstance(limit, Limit)
    }
    assert quotas == {
        "basic": (30, 60), "search": (20, 60), "documentation": (15, 60), "llm": (10, 60),
        "login": (5, 60), "register": (3, 300),
    }  # fmt: skip


def test_a_place_is_taken_until_there_is_none(subject):
    standings = [take(LOG_IN, subject) for _ in range(7)]
    assert [s.allowed for s in standings] == [True] * 5 + [False] * 2
    assert [s.remaining for s in standings] == [4, 3, 2, 1, 0, 0, 0]
    assert all(59 <= s.reset <= 60 for s in standings)
    assert take(LOG_IN, subject + "x").allowed
    assert take(BASIC, subject).allowed


def test_who_waits_as_told_is_let_in_and_nobody_sooner(subject):
    limit = Limit("login", 3, window=1)
    for _ in range(3):
        assert take(limit, subject).allowed
    refused = take(limit, subject)
    assert (refused.allowed, refused.reset) == (False, 1)
    until = time.monotonic() + refused.reset
    while time.monotonic() < until:
        time.sleep(0.05)
    assert take(limit, subject).allowed


def test_refused_requests_prolong_nothing(subject):
    limit = Limit("login", 1, window=1)
    assert take(limit, subject).allowed
    began = time.monotonic()
    while not take(limit, subject).allowed:
        time.sleep(0.02)
        assert time.monotonic() - began < 5
    assert time.monotonic() - began >= 0.9


def test_no_window_ever_holds_more_than_the_quota(subject):
    """Random arrivals, against the definition: in any second at most four are admitted, and four if so many ask."""
    random_source = random.Random(7)
    limit, admitted, refused_with_room = Limit("login", 4, window=1), [], 0
    for _ in range(150):
        before = time.time()
        allowed = take(limit, subject).allowed
        after = time.time()
        if allowed:
            admitted.append((before, after))
        elif sum(before - end < 1.002 for _, end in admitted) < 4:
            refused_with_room += 1
        time.sleep(random_source.random() * 0.04)  # arrivals at random instants
    # The server's instant lies between before and after: five within less than a second would be one too many.
    assert not [n for n in range(len(admitted) - 4) if admitted[n + 4][1] - admitted[n][0] < 0.995]
    assert (
        refused_with_room == 0
    )  # as far as can be told from here: the latest instant of each, the server's millisecond
    assert len(admitted) >= 12


def test_sandboxes_share_the_count(subject):
    """Twenty clients with connections of their own ask at once: the quota is admitted, not one more or less."""
    clients = [Valkey() for _ in range(20)]
    start, outcomes, lock = threading.Barrier(20), [], threading.Lock()
    key = f"{{test:{subject}}}"

    def ask(client):
        client.ask(lambda c: c.get("warm"))
        start.wait()
        for _ in range(5):
            allowed, _, _ = client.ask(lambda c: TAKE.run(c, [key], 30, 60_000))
            with lock:
                outcomes.append(allowed)

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    assert (len(outcomes), sum(outcomes)) == (100, 30)


def test_counters_forget_themselves(subject, counters):
    def keys():
        return set(counters.ask(lambda client: list(client.scan_iter(match="*limit:register:*"))))

    before = keys()  # of other tests on the same Valkey
    take(REGISTER, subject)
    [key] = keys() - before
    assert 0 < counters.ask(lambda c: c.pttl(key)) <= 300_000
    assert subject.encode() not in key


def test_a_deployment_may_set_other_quotas(monkeypatch):
    monkeypatch.setenv("RATE_LIMITS", "basic=300,llm=50")
    assert (quota_of(BASIC), quota_of(LOG_IN)) == (300, 5)


def test_without_valkey_nothing_is_counted(subject, monkeypatch):
    monkeypatch.setenv("CACHE_PORT", str(free_port()))
    down = Valkey()
    monkeypatch.setattr(rate_limits, "valkey", lambda: down)
    assert take(LOG_IN, subject) is None

"""Caches as different sandboxes have them."""

import pytest

from assistant.platform.cache import Cache
from assistant.platform.valkey import Valkey


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sandbox(valkey, monkeypatch, clock):
    """Makes caches as different sandboxes have them, on one Valkey and one clock."""
    monkeypatch.setenv("CACHE_HOST", "127.0.0.1")
    monkeypatch.setenv("CACHE_PORT", str(valkey.port))
    monkeypatch.setenv("CACHE_TLS", "off")
    stores = []

    def make(planted=None):
        stores.append(Valkey())
        cache = Cache(stores[-1], clock)
        if planted:
            cache._store = planted(stores[-1])
        return cache

    yield make
    for store in stores:
        store.close()

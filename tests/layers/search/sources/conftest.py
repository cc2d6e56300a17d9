"""Worlds that can be reached from here, and pauses that are counted instead of waited for."""

from functools import partial

import pytest

from assistant.platform import outbound
from assistant.search.sources.catalogue import TYPES
from assistant.search.sources.connectors import confluence, github, gitlab
from tests.layers.search.sources.worlds import WORLDS


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that sessions would have made, in seconds."""
    made = []
    monkeypatch.setenv("OUTBOUND_ALLOWED_HOSTS", "127.0.0.1")
    for module in (confluence, github, gitlab):
        monkeypatch.setattr(module, "GuardedSession", partial(outbound.GuardedSession, sleep=made.append))
    return made


@pytest.fixture(params=WORLDS)
def world(request, pauses):
    made = WORLDS[request.param]()
    yield made
    made.server.stop()


@pytest.fixture
def connector(world):
    return TYPES[world.source_type].connect(world.config, world.server.secret)

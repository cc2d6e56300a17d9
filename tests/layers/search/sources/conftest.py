"""Worlds that can be reached from here, and pauses that are counted instead of waited for."""

from functools import partial

import pytest

from assistant.identity.caller import Caller
from assistant.platform import outbound, queues
from assistant.search.sources.catalogue import TYPES
from assistant.search.sources.connectors import confluence, github, gitlab
from tests.layers.search.sources.runs import TYPE
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


@pytest.fixture(autouse=True)
def no_queue(monkeypatch, db):
    monkeypatch.setattr(queues, "send", lambda *_, **__: None)
    with db.transaction() as work:
        work.run("DELETE FROM tasks WHERE task_type = :type", type=TYPE)


@pytest.fixture
def admin(person):
    made = person(role="admin")
    return Caller(made.user_id, made.organization_id, made.role, frozenset(), "", made.email)

"""A claim lives while its work is silent, and its work hears that it must stop although nothing else happens."""

import threading
import time

import pytest

from assistant.platform import interruption
from assistant.platform.db import Database
from assistant.tasks import heartbeat
from assistant.tasks.cancel import cancel
from assistant.tasks.run import run_ticket
from assistant.tasks.sweep import release_expired
from tests.layers.tasks.conftest import TYPE, caller_of, expire, state


@pytest.fixture
def silent(connect):
    """Runs a ticket whose work says nothing until it is interrupted; ends it in the end, whatever happens."""
    stop, began, ran = threading.Event(), threading.Event(), []

    def perform(database, claim):
        began.set()
        while not stop.is_set():
            interruption.pause(0.05)
        return lambda work: {"done": True}

    def run():
        own = Database(connect)
        ran.append(run_ticket(own, TYPE, perform))
        own.discard()

    thread = threading.Thread(target=run)
    thread.stop = stop

    def start():
        thread.start()
        assert began.wait(10)
        return thread

    yield start
    stop.set()
    thread.join(10)


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def lease(db, task):
    with db.reading() as work:
        row = work.one(
            """SELECT lease_until, extract(epoch FROM lease_until - now()) AS left FROM tasks
               WHERE task_id = CAST(:id AS uuid)""",
            id=task.task_id,
        )
    return row["lease_until"], float(row["left"])


def test_the_lease_of_silent_work_is_renewed(db, person, submitted, silent, monkeypatch):
    monkeypatch.setattr(heartbeat, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(heartbeat, "LOOK_SECONDS", 0.05)
    task = submitted(person())
    thread = silent()
    first, left = lease(db, task)
    assert left <= heartbeat.LEASE_SECONDS
    wait_until(lambda: lease(db, task)[0] > first)
    assert release_expired(db) == 0
    thread.stop.set()
    thread.join(10)
    assert state(db, task).status == "completed"


def test_a_wish_to_cancel_reaches_silent_work_within_two_seconds(db, person, submitted, silent):
    someone = person()
    task = submitted(someone)
    thread = silent()
    asked = time.monotonic()
    with db.transaction() as work:
        cancel(work, caller_of(someone), task.task_id)
    thread.join(5)
    assert time.monotonic() - asked < 2
    assert state(db, task).status == "cancelled"


def test_work_that_lost_its_lease_is_stopped_and_writes_nothing(db, person, submitted, silent):
    task = submitted(person())
    thread = silent()
    expire(db, task)
    assert release_expired(db) == 1
    thread.join(5)
    assert not thread.is_alive()
    assert (state(db, task).status, state(db, task).result) == ("queued", None)


def test_quick_work_opens_no_second_connection(db, person, submitted, connect):
    opened = []
    own = Database(lambda: opened.append(1) or connect())
    submitted(person())
    run_ticket(own, TYPE, lambda database, claim: lambda work: {})
    own.discard()
    assert len(opened) == 1

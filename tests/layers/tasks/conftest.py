"""What the tests of tasks share: an empty queue, tickets that are kept, and tasks in it."""

import pytest

from assistant.identity.caller import Caller
from assistant.platform import queues
from assistant.tasks import read
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority

TYPE = "llm_generate_rfc"
HELD = 10_000


def caller_of(person):
    return Caller(person.user_id, person.organization_id, person.role, frozenset(), "", person.email)


@pytest.fixture(autouse=True)
def empty_queue(db):
    with db.transaction() as work:
        work.run("DELETE FROM rfcs")
        work.run("DELETE FROM tasks")


@pytest.fixture(autouse=True)
def tickets(monkeypatch):
    sent = []
    monkeypatch.setattr(
        queues, "send", lambda queue, body, delay_seconds=0: sent.append((body["task_id"], delay_seconds))
    )
    return sent


@pytest.fixture
def submitted(db):
    def make(person, priority=Priority.normal, **args):
        with db.transaction() as work:
            return submit(work, caller_of(person), TYPE, {"topic": "t", **args}, priority, HELD, None)

    return make


def caller_of_task(task):
    return Caller(task.user_id, task.organization_id, "user", frozenset(), "", "")


def state(db, task):
    with db.reading() as work:
        return read.get_task(work, caller_of_task(task), task.task_id)


def nothing(database, claim):
    return lambda work: {"done": True}


def expire(db, task):
    with db.transaction() as work:
        work.run(
            "UPDATE tasks SET lease_until = now() - interval '1 second' WHERE task_id = CAST(:id AS uuid)",
            id=task.task_id,
        )

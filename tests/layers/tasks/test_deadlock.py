"""Submitting and finishing a user's tasks at the same time lock the same rows, and must lock them in the same order."""

import threading
import time

import pytest

from assistant.budget import ledger
from assistant.identity.caller import Caller
from assistant.notifications.log import notify
from assistant.platform import queues
from assistant.platform.db import Database
from assistant.tasks.claim import claim_next
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority

TYPE = "deadlock_probe"  # no other test claims these


@pytest.fixture(autouse=True)
def no_queue(monkeypatch):
    monkeypatch.setattr(queues, "send", lambda queue, body, delay_seconds=0: None)


def waits_for_a_lock(db):
    with db.reading() as work:
        return work.run(
            """SELECT pid FROM pg_stat_activity
               WHERE wait_event_type = 'Lock' AND datname = current_database()"""
        )


def test_a_task_ends_while_its_owner_submits_another(db, connect, person):
    someone = person()
    caller = Caller(someone.user_id, someone.organization_id, "user", frozenset(), "", someone.email)
    with db.transaction() as work:
        submit(work, caller, TYPE, {}, Priority.normal, 10, None)
    claim, failures = claim_next(Database(connect), TYPE), []

    def finish():
        try:
            claim.complete(lambda work: {})
        except BaseException as error:
            failures.append(error)

    finishing, submitting = threading.Thread(target=finish), Database(connect)
    with submitting.transaction() as work:  # what `submit` does, stopped between its steps
        notify(work, someone.organization_id, someone.user_id, "task_progress", {})
        finishing.start()
        deadline = time.monotonic() + 10
        while not waits_for_a_lock(db) and time.monotonic() < deadline:
            time.sleep(0.01)
        ledger.hold_and_commit(work, someone.organization_id, someone.user_id, "the other one", 10, TYPE)
    finishing.join(10)
    submitting.discard()
    assert failures == []
    assert not finishing.is_alive()

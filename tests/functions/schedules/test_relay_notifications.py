"""Every minute: what is in the log but was never handed to the delivery queue."""

import pytest

from assistant.identity.caller import Caller
from assistant.notifications import log
from assistant.notifications.connections import open_connection
from assistant.platform import queues
from functions.schedules.relay_notifications import handler


@pytest.fixture(autouse=True)
def alone(db):
    with db.transaction() as work:
        work.run("DELETE FROM notifications")


@pytest.fixture
def unsent(db, person, monkeypatch):
    """Notifications whose process died between commit and queue, some seconds ago."""

    def make(n, ago="20 seconds"):
        ann = person()
        with db.transaction() as work:
            caller = Caller(ann.user_id, ann.organization_id, "user", frozenset(), "", ann.email)
            open_connection(work, caller, f"socket-{ann.user_id}")

        def died(*_):
            raise RuntimeError("the process died here")

        with monkeypatch.context() as dying:
            dying.setattr(queues, "send_ordered", died)
            for i in range(n):
                with db.transaction() as work:
                    log.notify(work, ann.organization_id, ann.user_id, "task_progress", {"n": i})
        with db.transaction() as work:
            work.run(f"UPDATE notifications SET created_at = now() - interval '{ago}'")
        return ann

    return make


def test_with_nothing_to_do_it_does_nothing(scheduled, context, sent):
    assert handler(scheduled, context) == {"sent": 0, "forgotten": 0}
    assert sent == []


def test_what_a_crash_left_is_sent_once_and_in_order(scheduled, context, unsent, sent):
    ann = unsent(3)
    assert handler(scheduled, context) == {"sent": 3, "forgotten": 0}
    assert [(group, body["message"]["offset"], body["message"]["data"]) for _, group, body in sent] == [
        (ann.user_id, offset, {"n": offset - 1}) for offset in (1, 2, 3)
    ]
    assert {tuple(body["connection_ids"]) for _, _, body in sent} == {(f"socket-{ann.user_id}",)}
    assert handler(scheduled, context) == {"sent": 0, "forgotten": 0}
    assert len(sent) == 3


def test_what_is_on_its_way_is_left_to_who_sends_it(scheduled, context, unsent, sent):
    unsent(1, ago="1 second")
    assert handler(scheduled, context)["sent"] == 0
    assert sent == []


def test_a_queue_that_refuses_keeps_them_unsent(scheduled, context, unsent, monkeypatch, sent):
    unsent(2)

    def refused(*_):
        raise ConnectionError("SQS does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(queues, "send_ordered", refused)
        with pytest.raises(ConnectionError):
            handler(scheduled, context)
    assert handler(scheduled, context)["sent"] == 2
    assert len(sent) == 2


def test_the_notifications_of_yesterday_are_forgotten(scheduled, context, person, db, sent):
    ann = person()
    for _ in range(2):
        with db.transaction() as work:
            log.notify(work, ann.organization_id, ann.user_id, "system_alert", {})
    with db.transaction() as work:
        work.run("""UPDATE notifications SET created_at = now() - interval '25 hours' WHERE "offset" = 1""")
    assert handler(scheduled, context) == {"sent": 0, "forgotten": 1}
    with db.reading() as work:
        rows = work.run('SELECT "offset" FROM notifications')
        end = work.one("SELECT last_offset FROM notification_streams WHERE user_id = CAST(:id AS uuid)", id=ann.user_id)
    assert ([row["offset"] for row in rows], end["last_offset"]) == ([2], 2)

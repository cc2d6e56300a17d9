"""Every minute: silent, old and dead sockets, unused tickets."""

import uuid

import pytest

from assistant.identity.caller import Caller
from assistant.notifications.connections import open_connection
from functions.schedules.tend_connections import handler


@pytest.fixture(autouse=True)
def alone(db):
    with db.transaction() as work:
        work.run("DELETE FROM connections")


@pytest.fixture
def socket(db, person):
    """Opens a socket that connected and was last heard of so many seconds ago."""

    def make(connected, heard):
        ann, name = person(), uuid.uuid4().hex
        with db.transaction() as work:
            open_connection(work, Caller(ann.user_id, ann.organization_id, "user", frozenset(), "", ann.email), name)
            work.run(
                """UPDATE connections SET connected_at = now() - make_interval(secs => :connected),
                                          last_seen_at = now() - make_interval(secs => :heard)
                   WHERE connection_id = :name""",
                connected=connected,
                heard=heard,
                name=name,
            )
        return name

    return make


def test_with_nothing_to_do_it_does_nothing(scheduled, context, sent):
    assert handler(scheduled, context) == {"closed": 0, "signed_out": 0, "rotated": 0, "forgotten": 0}
    assert sent == []


def test_each_gets_what_its_age_asks_for(scheduled, context, socket, sent):
    socket(connected=100, heard=10)
    silent, old, dead = socket(400, 301), socket(6400, 20), socket(9000, 8000)
    assert handler(scheduled, context) == {"closed": 2, "signed_out": 0, "rotated": 2, "forgotten": 1}
    told = {(body["connection_ids"][0], body["message"]["type"], body.get("close", False)) for _, _, body in sent}
    assert told == {(silent, "closing", True), (old, "rotate", False), (dead, "closing", True), (dead, "rotate", False)}
    sent.clear()
    assert handler(scheduled, context)["rotated"] == 0


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE sessions SET ended_at = now() WHERE session_id = CAST(:session AS uuid)",
        """UPDATE users u SET is_active = false FROM sessions s
           WHERE u.user_id = s.user_id AND s.session_id = CAST(:session AS uuid)""",
    ],
)
def test_a_socket_ends_with_its_sign_in_and_no_other_does(scheduled, context, db, person, signed_in, sent, ended):
    ann, ben = person(), person()
    session = {}
    for who in (ann, ben):
        _, session[who] = signed_in(who)
        with db.transaction() as work:
            caller = Caller(who.user_id, who.organization_id, "user", frozenset(), "", who.email, session[who])
            open_connection(work, caller, f"socket-{who.user_id}")
    assert handler(scheduled, context)["signed_out"] == 0
    with db.transaction() as work:
        work.run(ended, session=session[ann])
    assert handler(scheduled, context)["signed_out"] == 1
    [(_, _, body)] = sent
    assert (body["connection_ids"], body["close"]) == ([f"socket-{ann.user_id}"], True)
    assert (body["message"]["type"], body["message"]["data"]["code"]) == ("closing", "signed_out")


def test_a_queue_that_refuses_leaves_it_for_the_next_minute(scheduled, context, socket, sent, monkeypatch):
    from assistant.platform import queues

    socket(connected=6400, heard=20)

    def refused(*_):
        raise ConnectionError("SQS does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(queues, "send_ordered", refused)
        with pytest.raises(ConnectionError):
            handler(scheduled, context)
    assert handler(scheduled, context)["rotated"] == 1

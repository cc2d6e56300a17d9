"""The log of a user: offsets grow by one, nothing is missed silently, a lost history is announced."""

import threading

import pytest

from assistant.identity.caller import Caller
from assistant.notifications import connections, log, outbox, protocol
from assistant.platform import queues
from assistant.platform.db import Database
from assistant.platform.errors import Unauthenticated


@pytest.fixture
def delivered(monkeypatch):
    """What reached the delivery queue: (user, connection ids, message)."""
    sent = []
    monkeypatch.setattr(
        queues,
        "send_ordered",
        lambda queue, entries: sent.extend(
            (group, tuple(body["connection_ids"]), body["message"]) for group, _, body in entries
        ),
    )
    return sent


def caller_of(person):
    return Caller(person.user_id, person.organization_id, person.role, frozenset(), "", person.email)


def notify(db, person, n=1, kind="task_progress"):
    for i in range(n):
        with db.transaction() as work:
            log.notify(work, person.organization_id, person.user_id, kind, {"n": i})


def connect_socket(db, person, connection_id):
    with db.transaction() as work:
        return connections.open_connection(work, caller_of(person), connection_id)


def died(*_):
    raise RuntimeError("the process died here")


def say(db, connection_id, text):
    with db.transaction() as work:
        protocol.handle(work, connection_id, text)


def test_a_socket_that_nobody_opened_is_refused(db, delivered):
    with pytest.raises(Unauthenticated):
        say(db, "unknown", '{"type": "ping"}')


def test_messages_reach_every_socket_of_the_user_and_of_nobody_else(db, person, delivered):
    ann, bob = person(), person()
    for name in ("ann-1", "ann-2"):
        connect_socket(db, ann, name)
    connect_socket(db, bob, "bob-1")
    notify(db, ann)
    [(user, to, message)] = delivered
    assert user == ann.user_id
    assert set(to) == {"ann-1", "ann-2"}
    assert (message["type"], message["offset"], message["data"]) == ("task_progress", 1, {"n": 0})


def test_offsets_grow_by_one_also_under_concurrency(db, person, connect, delivered):
    someone = person()
    start = threading.Barrier(6)

    def writer():
        own = Database(connect)
        start.wait()
        notify(own, someone, 10)
        own.discard()

    connect_socket(db, someone, "c")
    threads = [threading.Thread(target=writer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(message["offset"] for _, _, message in delivered) == list(range(1, 61))


def test_a_client_hears_what_it_missed(db, person, delivered):
    someone = person()
    start = connect_socket(db, someone, "before")
    notify(db, someone, 5)
    delivered.clear()
    connect_socket(db, someone, "after")
    say(db, "after", f'{{"type": "resume", "offset": 2, "epoch": "{start.epoch}"}}')
    assert [message["offset"] for _, _, message in delivered] == [3, 4, 5, None]
    assert {to for _, to, _ in delivered} == {("after",)}
    assert delivered[-1][2]["data"] == {"recovered": True, "replayed": 3, "offset": 5, "epoch": start.epoch}


@pytest.mark.parametrize(("offset", "epoch"), [(2, "another"), (99, None), (2**62, None)])
def test_a_history_that_is_not_there_is_announced(db, person, delivered, offset, epoch):
    someone = person()
    start = connect_socket(db, someone, f"c-{offset}-{epoch}")
    notify(db, someone, 3)
    delivered.clear()
    say(db, f"c-{offset}-{epoch}", f'{{"type": "resume", "offset": {offset}, "epoch": "{epoch or start.epoch}"}}')
    [(_, _, answer)] = delivered
    assert (answer["type"], answer["data"]["recovered"]) == ("resumed", False)


def test_who_missed_more_than_is_kept_is_told_so(db, person, delivered):
    someone = person()
    start = connect_socket(db, someone, "long-away")
    notify(db, someone, log.KEPT + 1)
    delivered.clear()
    say(db, "long-away", f'{{"type": "resume", "offset": 0, "epoch": "{start.epoch}"}}')
    assert delivered[-1][2]["data"]["recovered"] is False
    delivered.clear()
    say(db, "long-away", f'{{"type": "resume", "offset": 1, "epoch": "{start.epoch}"}}')
    assert delivered[-1][2]["data"] == {
        "recovered": True,
        "replayed": log.KEPT,
        "offset": log.KEPT + 1,
        "epoch": start.epoch,
    }


NONSENSE = [
    "", "{", "[]", "7", '"ping"', "{}", '{"type": "dance"}', '{"type": "resume"}',
    '{"type": "resume", "offset": -1}', '{"type": "resume", "offset": true}',
    '{"type": "ack", "offset": 1e3}', '{"type": "ack", "offset": 99999999999999999999}',
]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE)
def test_a_message_that_makes_no_sense_is_answered_with_the_reason(db, person, delivered, text):
    connect_socket(db, person(), f"odd-{hash(text)}")
    say(db, f"odd-{hash(text)}", text)
    [(_, _, answer)] = delivered
    assert answer["type"] == "error"
    assert answer["data"]["detail"]


def test_ping_is_answered_on_the_same_socket(db, person, delivered):
    someone = person()
    for name in ("p-1", "p-2"):
        connect_socket(db, someone, name)
    say(db, "p-1", '{"type": "ping"}')
    [(_, to, answer)] = delivered
    assert (to, answer["type"]) == (("p-1",), "pong")


def test_what_a_crash_left_unsent_is_relayed(db, person, monkeypatch, delivered):
    someone = person()
    connect_socket(db, someone, "relay")
    with monkeypatch.context() as dying:
        dying.setattr(queues, "send_ordered", died)
        notify(db, someone, 2)
    assert delivered == []
    assert outbox.relay_unsent(db, older_than_seconds=0) == 2
    assert outbox.relay_unsent(db, older_than_seconds=0) == 0
    assert [message["offset"] for _, _, message in delivered] == [1, 2]

"""What a socket may do, and what it is told by the clock."""

import json

import pytest

from assistant.identity.caller import Caller
from assistant.notifications import connections, counters, limits, log, outbox, protocol, upkeep
from assistant.platform import queues


@pytest.fixture
def bodies(monkeypatch):
    """What reached the delivery queue."""
    sent = []
    monkeypatch.setattr(queues, "send_ordered", lambda queue, entries: sent.extend(body for _, _, body in entries))
    return sent


@pytest.fixture
def socket(db, person, bodies):
    """Opens a socket of a new person: (person, say)."""
    made = []
    with db.transaction() as work:  # what other tests left open grows old in a long run, and is tended too
        work.run("DELETE FROM connections")

    def open_socket(someone=None):
        someone = someone or person()
        name = f"{someone.user_id}-{len(made)}"
        made.append(name)
        with db.transaction() as work:
            caller = Caller(someone.user_id, someone.organization_id, "user", frozenset(), "", someone.email)
            protocol.greet(work, caller, name)
        bodies.clear()

        def say(message):
            with db.transaction() as work:
                protocol.handle(work, name, message if isinstance(message, str) else json.dumps(message))

        return someone, name, say

    return open_socket


def tell(db, person, kind="task_progress", data=None, priority="normal"):
    with db.transaction() as work:
        log.notify(work, person.organization_id, person.user_id, kind, data or {}, priority)


def age(db, name, column, seconds):
    with db.transaction() as work:
        work.run(
            f"UPDATE connections SET {column} = now() - make_interval(secs => :s) WHERE connection_id = :name",
            s=seconds,
            name=name,
        )


def test_a_pong_tells_the_end_of_the_log(db, socket, bodies):
    ann, _, say = socket()
    tell(db, ann)
    bodies.clear()
    say({"type": "ping"})
    [body] = bodies
    assert (body["message"]["type"], body["message"]["data"]["offset"]) == ("pong", 1)


def test_what_was_not_subscribed_to_leaves_its_place(db, socket, bodies):
    ann, first, say = socket()
    _, second, _ = socket(ann)
    say({"type": "subscribe", "types": ["system_alert"]})
    assert bodies.pop()["message"]["data"] == {"types": ["system_alert"]}
    tell(db, ann, "task_progress")
    tell(db, ann, "system_alert")
    assert [sorted(body["connection_ids"]) == sorted([first, second]) for body in bodies] == [True, True]
    assert [body.get("skipping") for body in bodies] == [[first], None]
    bodies.clear()
    say({"type": "resume", "offset": 0, "epoch": bodies_epoch(db, ann)})
    assert [body.get("skipping") for body in bodies] == [[first], None, None]


def bodies_epoch(db, person):
    with db.reading() as work:
        return log.end(work, person.organization_id, person.user_id).epoch


@pytest.mark.parametrize("types", ["task_progress", ["nonsense"], [1], {"a": 1}, [None]])
def test_a_subscription_to_nonsense_is_answered(socket, bodies, types):
    _, _, say = socket()
    say({"type": "subscribe", "types": types})
    assert bodies[0]["message"]["type"] == "error"


def test_what_every_live_socket_read_is_delivered(db, socket):
    ann, _, first = socket()
    _, _, second = socket(ann)
    for _ in range(4):
        tell(db, ann)

    def delivered():
        with db.reading() as work:
            return log.page(work, ann.organization_id, ann.user_id, None, None, 1).delivered_offset

    first({"type": "ack", "offset": 3})
    assert delivered() == 0
    second({"type": "ack", "offset": 2})
    assert delivered() == 2
    second({"type": "ack", "offset": 99})
    assert delivered() == 3
    first({"type": "ack", "offset": 99})
    assert delivered() == 4  # never beyond the end


def test_over_a_hundred_a_minute_is_told_once_and_a_flood_is_cut(socket, bodies):
    _, _, say = socket()
    for _ in range(limits.FLOOD_A_MINUTE):
        say({"type": "ping"})
    kinds = [body["message"]["type"] for body in bodies]
    assert kinds == ["pong"] * limits.MESSAGES_A_MINUTE + ["error"]
    assert bodies[-1]["message"]["data"]["code"] == "too_many_requests"
    assert 0 < bodies[-1]["message"]["data"]["retry_after"] <= 60
    say({"type": "ping"})
    assert (bodies[-1]["message"]["type"], bodies[-1]["close"]) == ("closing", True)


def test_the_next_minute_counts_anew(db, socket, bodies):
    _, name, say = socket()
    for _ in range(limits.MESSAGES_A_MINUTE + 1):
        say({"type": "ping"})
    age(db, name, "window_started_at", 61)
    say({"type": "ping"})
    assert bodies[-1]["message"]["type"] == "pong"


def test_too_large_is_answered_and_far_too_large_is_cut(socket, bodies):
    _, _, say = socket()
    say(json.dumps({"type": "ping", "padding": "x" * limits.LARGEST_FRAME}))
    assert bodies[-1]["message"]["data"]["code"] == "payload_too_large"
    assert "close" not in bodies[-1]
    say("x" * (limits.LARGEST_MESSAGE + 1))
    assert (bodies[-1]["message"]["data"]["code"], bodies[-1]["close"]) == ("message_too_large", True)


def test_data_over_a_frame_travels_by_reference(db, socket, bodies):
    ann, _, _ = socket()
    tell(db, ann, data={"text": "я" * 20_000})
    [body] = bodies
    assert body["message"]["data"] == {"ref": f"/api/v1/notifications/1?epoch={body['message']['epoch']}"}
    assert body["message"]["offset"] == 1


def test_a_silent_socket_is_told_and_closed(db, socket, bodies):
    _, name, say = socket()
    socket()
    age(db, name, "last_seen_at", 301)
    bodies.clear()
    assert upkeep.tend(db)["closed"] == 1
    [body] = bodies
    assert (body["connection_ids"], body["message"]["data"]["code"], body["close"]) == ([name], "idle", True)
    say({"type": "ping"})  # it was heard after all
    assert upkeep.tend(db)["closed"] == 0


@pytest.mark.parametrize("way", ["schedule", "ping"])
def test_an_old_socket_is_asked_once_to_move(db, socket, bodies, way):
    _, name, say = socket()
    age(db, name, "connected_at", 6400)
    if way == "ping":
        say({"type": "ping"})
    else:
        assert upkeep.tend(db)["rotated"] == 1
    assert [body["message"]["type"] for body in bodies][-1] == "rotate"
    assert bodies[-1]["message"]["data"]["before"]
    bodies.clear()
    say({"type": "ping"})
    assert upkeep.tend(db)["rotated"] == 0
    assert [body["message"]["type"] for body in bodies] == ["pong"]


def test_whoever_has_something_urgent_is_relayed_first_and_in_order(db, socket, bodies, monkeypatch):
    (ann, *_), (bob, *_) = socket(), socket()

    def died(*_):
        raise RuntimeError("the process died here")

    with monkeypatch.context() as dying:
        dying.setattr(queues, "send_ordered", died)
        for who, priority in ((ann, "normal"), (ann, "high"), (bob, "low"), (bob, "urgent")):
            tell(db, who, priority=priority)
    before = counters_of(db)
    assert outbox.relay_unsent(db, older_than_seconds=0) == 4
    assert [(body["connection_ids"][0].startswith(bob.user_id), body["message"]["offset"]) for body in bodies] == [
        (True, 1), (True, 2), (False, 1), (False, 2)
    ]  # fmt: skip
    after = counters_of(db)
    assert (after["sent"] - before["sent"], after["late"] - before["late"]) == (4, 4)


def counters_of(db):
    with db.reading() as work:
        return counters.totals(work)


def test_what_was_replayed_is_counted(db, socket):
    ann, _, say = socket()
    tell(db, ann)
    before = counters_of(db)["replayed"]
    say({"type": "resume", "offset": 0, "epoch": bodies_epoch(db, ann)})
    assert counters_of(db)["replayed"] == before + 1


def test_two_who_send_at_once_cannot_overtake_each_other(db, person, connect, monkeypatch):
    """The first to hand over is slow; the second, whose notification is later, waits for it."""
    import threading

    from assistant.platform.db import Database

    ann = person()
    with db.transaction() as work:
        caller = Caller(ann.user_id, ann.organization_id, "user", frozenset(), "", ann.email)
        connections.open_connection(work, caller, f"{ann.user_id}-x")
    order, slow, begun = [], threading.Event(), threading.Event()

    def send(queue, entries):
        if not begun.is_set():
            begun.set()
            slow.wait(5)
        order.extend(body["message"]["offset"] for _, _, body in entries)

    monkeypatch.setattr(queues, "send_ordered", send)

    def writer():
        own = Database(connect)
        tell(own, ann)
        own.discard()

    threads = [threading.Thread(target=writer) for _ in range(3)]
    threads[0].start()
    begun.wait(5)
    for thread in threads[1:]:
        thread.start()
    threads[1].join(0.3)
    assert order == []
    slow.set()
    for thread in threads:
        thread.join()
    assert order == [1, 2, 3]

"""WebSocket $default."""

import json

import pytest

from functions.notifications.on_message import handler


@pytest.fixture
def say(socket_event, context):
    """Sends a text on a socket; the status."""
    return lambda person, socket, text: handler(socket_event("message", person, socket, body=text), context)[
        "statusCode"
    ]


def test_a_socket_that_nobody_opened_is_refused(say, person, sent):
    assert say(person(), "unknown", '{"type": "ping"}') == 401
    assert sent == []


def test_a_ping_is_answered_on_its_socket_only(say, person, connected, sent):
    ann = person()
    socket, _ = connected(ann), connected(ann)
    assert say(ann, socket, '{"type": "ping"}') == 200
    [(_, group, body)] = sent
    assert (group, body["connection_ids"], body["message"]["type"]) == (ann.user_id, [socket], "pong")


def test_the_owner_is_who_connected_whatever_the_event_says(say, person, connected, sent):
    ann, bob = person(), person()
    socket = connected(ann)
    say(bob, socket, '{"type": "ping"}')
    assert sent[0][1] == ann.user_id


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "null", "\x00", '{"type": "resume", "offset": 1e400}', '{"type": "Привет\'; DROP TABLE tasks; --"}',
     '{"type": "resume", "offset": 0, "epoch": {"a": ["\\u0000"]}}', '{"type": "\\ud800"}',
     json.dumps({"type": "ping", "padding": "x" * 40_000})],
)  # fmt: skip
def test_what_makes_no_sense_is_answered_not_crashed_on(say, person, connected, sent, text):
    ann = person()
    socket = connected(ann)
    assert say(ann, socket, text) == 200
    [(_, _, body)] = sent
    kind, data = body["message"]["type"], body["message"]["data"]
    assert (kind, data.get("code")) in (("error", "invalid"), ("error", "payload_too_large")) or data[
        "recovered"
    ] is False


def test_an_ack_only_goes_forward(say, person, connected, db):
    ann = person()
    socket = connected(ann)
    for offset in (5, 3):
        assert say(ann, socket, json.dumps({"type": "ack", "offset": offset})) == 200
    with db.reading() as work:
        assert work.one("SELECT acked_offset FROM connections WHERE connection_id = :id", id=socket) == {
            "acked_offset": 5
        }

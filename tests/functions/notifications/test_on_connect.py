"""WebSocket $connect."""

import json

from assistant.notifications import log
from functions.notifications.on_connect import handler


def test_the_socket_is_registered_and_told_its_place(person, socket_event, context, sent, open_sockets):
    ann = person()
    assert handler(socket_event("connect", ann, "ann-connects"), context) == {"statusCode": 200}
    assert open_sockets(ann) == ["ann-connects"]
    [(queue, group, body)] = sent
    assert (queue, group) == (log.DELIVERY_QUEUE, ann.user_id)
    assert body["connection_ids"] == ["ann-connects"]
    message = body["message"]
    assert (message["type"], message["offset"]) == ("connection_established", None)
    assert (message["data"]["connection_id"], message["data"]["offset"]) == ("ann-connects", 0)
    assert message["data"]["epoch"]


def test_the_place_is_the_end_of_the_own_log(person, socket_event, context, sent, db):
    ann, bob = person(), person()
    for who, n in ((ann, 3), (bob, 7)):
        for _ in range(n):
            with db.transaction() as work:
                log.notify(work, who.organization_id, who.user_id, "system_alert", {})
    handler(socket_event("connect", ann, "ann-later"), context)
    assert sent[-1][2]["message"]["data"]["offset"] == 3


def test_the_caller_is_whom_the_authorizer_names(person, socket_event, context, sent, open_sockets):
    ann, bob = person(), person()
    event = socket_event("connect", ann, "ann-claims")
    event["queryStringParameters"] = {"user_id": bob.user_id, "organization_id": bob.organization_id}
    handler(event, context)
    assert (open_sockets(ann), open_sockets(bob)) == (["ann-claims"], [])


def test_a_repeated_connect_registers_once(person, socket_event, context, sent, open_sockets):
    ann = person()
    for _ in range(2):
        handler(socket_event("connect", ann, "ann-twice"), context)
    assert open_sockets(ann) == ["ann-twice"]


def test_a_browser_is_answered_the_subprotocol_that_it_offered(person, socket_event, context, sent):
    event = socket_event("connect", person(), "browser")
    event["headers"] = {"Sec-WebSocket-Protocol": "bearer, a-token"}
    answer = handler(event, context)
    assert answer["headers"] == {"Sec-WebSocket-Protocol": "bearer"}
    assert "a-token" not in json.dumps(answer)


def test_without_a_database_nobody_is_let_in(person, socket_event, context, monkeypatch):
    from assistant.platform.db import Database, unit_of_work

    def refused():
        raise ConnectionRefusedError

    monkeypatch.setattr(unit_of_work, "_database", Database(refused))
    assert handler(socket_event("connect", person(), "too-early"), context) == {"statusCode": 503}

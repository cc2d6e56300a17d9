"""POST /api/v1/notifications/broadcast."""

import pytest

from assistant.identity.caller import Caller
from assistant.notifications import broadcast, connections

HELLO = {"title": "Maintenance", "message": "Tonight at ten", "priority": "urgent"}


@pytest.fixture
def listen(db):
    def connect_socket(person, name):
        caller = Caller(person.user_id, person.organization_id, person.role, frozenset(), "", person.email)
        with db.transaction() as work:
            connections.open_connection(work, caller, name)

    return connect_socket


def log_of(call, person):
    return call("notifications.list_notifications", person).body["notifications"]


def test_an_anonymous_caller_is_refused(call):
    assert call("notifications.broadcast", json_body=HELLO).status == 401


def test_only_an_administrator_may(call, person, sent):
    ann = person()
    answer = call("notifications.broadcast", ann, json_body=HELLO)
    assert (answer.status, answer.body["code"]) == (403, "forbidden")
    assert log_of(call, ann) == []


def test_everyone_of_the_organisation_hears_and_nobody_else(call, person, listen, sent, monkeypatch):
    monkeypatch.setattr(broadcast, "USERS_A_BATCH", 2)
    admin = person(role="admin")
    others = [person(admin.organization_id) for _ in range(4)]
    stranger = person()
    listen(others[0], "others-0")
    listen(stranger, "stranger")
    answer = call("notifications.broadcast", admin, json_body=HELLO)
    assert (answer.status, answer.body["recipients"]) == (202, 5)
    for someone in (admin, *others):
        [notification] = log_of(call, someone)
        assert (notification["type"], notification["priority"], notification["offset"]) == ("system_alert", "urgent", 1)
        assert (notification["data"]["title"], notification["data"]["severity"]) == ("Maintenance", "info")
    assert log_of(call, stranger) == []
    assert [(group, body["connection_ids"]) for _, group, body in sent] == [(others[0].user_id, ["others-0"])]


def test_what_died_in_the_middle_is_finished_and_nobody_gets_it_twice(call, person, db, sent, monkeypatch):
    monkeypatch.setattr(broadcast, "USERS_A_BATCH", 2)
    admin = person(role="admin")
    everyone = [admin, *(person(admin.organization_id) for _ in range(4))]
    real, batches = broadcast._batch, []

    def dies(*args):
        batches.append(args)
        if len(batches) == 2:
            raise RuntimeError("the process died here")
        return real(*args)

    with monkeypatch.context() as dying:
        dying.setattr(broadcast, "_batch", dies)
        assert call("notifications.broadcast", admin, json_body=HELLO).status == 202
    assert sum(len(log_of(call, someone)) for someone in everyone) == 2
    with db.transaction() as work:
        work.run("UPDATE broadcasts SET created_at = now() - interval '2 minutes' WHERE finished_at IS NULL")
    assert broadcast.finish_broadcasts(db) == 1
    assert [len(log_of(call, someone)) for someone in everyone] == [1] * 5
    assert broadcast.finish_broadcasts(db) == 0


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"message": ""}, {"title": "x" * 201}, {"severity": "loud"}, {"priority": 5}, {"details": 1}],
)
def test_what_makes_no_sense_is_refused(call, person, wrong):
    assert call("notifications.broadcast", person(role="admin"), json_body={**HELLO, **wrong}).status == 422


def test_what_nobody_should_have_to_load_is_refused(call, person):
    body = {**HELLO, "details": {"x": "x" * 1_100_000}}
    assert call("notifications.broadcast", person(role="admin"), json_body=body).status == 413


def test_a_monitor_reaches_the_administrators_only(call, person, db, listen, sent):
    admin = person(role="admin")
    user = person(admin.organization_id)
    listen(admin, "admin-1")
    with db.transaction() as work:
        broadcast.performance_alert(work, admin.organization_id, {"what": "p95"})
    [notification] = log_of(call, admin)
    assert (notification["type"], notification["priority"]) == ("performance_alert", "high")
    assert log_of(call, user) == []
    assert [body["connection_ids"] for _, _, body in sent] == [["admin-1"]]

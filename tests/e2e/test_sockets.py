"""Sockets of real clients: who gets in, who hears what, and what a cut costs."""

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.client import Client, Socket


def test_a_token_in_the_query_connects(cloud, user):
    with Socket(connect(f"{cloud.addresses.websocket_url}?token={user.access_token}", legacy=True)) as socket:
        socket.say(type="ping")
        socket.hear("pong", within=30)


def test_a_token_as_subprotocol_connects_and_the_browser_is_answered(user):
    with user.socket() as socket:
        assert socket.connection.subprotocol == "bearer"


@pytest.mark.parametrize("query", ["", "?token=", "?token=a.b.c", "?user_id=1"])
def test_without_a_genuine_token_nobody_connects(cloud, query):
    with pytest.raises(InvalidStatus) as refusal:
        connect(cloud.addresses.websocket_url + query)
    assert refusal.value.response.status_code in (401, 403)


def test_a_changed_token_does_not_connect(cloud, user):
    forged = user.access_token[:-8] + "AAAAAAAA"
    with pytest.raises(InvalidStatus):
        Client(cloud.addresses, forged).socket()


def test_an_expired_token_does_not_connect(cloud, expired):
    with pytest.raises(InvalidStatus) as refusal:
        connect(f"{cloud.addresses.websocket_url}?token={expired}")
    assert refusal.value.response.status_code in (401, 403)


def test_nobody_hears_what_is_for_another_user(user, second):
    with user.socket() as mine, second.socket() as theirs:
        task_id = user.submit()
        mine.hear("task_completed", task_id=task_id)
        theirs.say(type="ping")
        theirs.hear("pong", within=30)
        assert [message["type"] for message in theirs.heard] == ["connection_established", "pong"]


def test_every_device_of_a_user_hears_everything(user):
    with user.socket() as phone, user.socket() as laptop:
        task_id = user.submit()
        for socket in (phone, laptop):
            socket.hear("task_completed", task_id=task_id)
            socket.assert_no_gap()
        assert phone.offsets[-1] == laptop.offsets[-1]


def test_after_a_cut_exactly_what_was_missed_is_replayed(user):
    before = user.socket()
    task_id = user.submit(sections=("Summary", "Proposal"))
    seen = before.hear("task_progress", stage="generating")
    before.cut()
    user.ended(task_id)
    with user.socket() as after:
        end = after.established["offset"]
        assert end > seen["offset"]
        assert after.established["epoch"] == seen["epoch"]
        after.say(type="resume", offset=seen["offset"], epoch=seen["epoch"])
        answer = after.hear("resumed", within=30)
        missed = list(range(seen["offset"] + 1, end + 1))
        assert answer["data"] == {"recovered": True, "replayed": len(missed), "offset": end, "epoch": seen["epoch"]}
        assert after.offsets == missed
        assert before.offsets + after.offsets == list(range(before.offsets[0], end + 1))
        assert after.heard[-2]["type"] == "task_completed"
        after.say(type="resume", offset=seen["offset"], epoch="another")
        assert after.hear("resumed", within=30)["data"]["recovered"] is False


def test_nonsense_is_answered_and_the_socket_stays(user):
    with user.socket() as socket:
        socket.connection.send("{")
        assert socket.hear("error", within=30)["data"]["code"] == "invalid"
        socket.say(type="Привет'; DROP TABLE tasks; --")
        socket.hear("error", within=30)
        socket.say(type="ping")
        socket.hear("pong", within=30)

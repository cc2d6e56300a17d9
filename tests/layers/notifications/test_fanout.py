"""From the delivery queue to the sockets."""

import threading

import pytest

from assistant.notifications import fanout
from assistant.notifications.envelope import control
from assistant.platform import queues, sockets


def item(offset, *connection_ids, **more):
    message = control("task_progress", {"n": offset}) | {"offset": offset, "epoch": "e"}
    return {"connection_ids": list(connection_ids), "message": message, **more}


@pytest.fixture
def network(monkeypatch):
    """Posts by connection; connections named after an error fail so."""

    class Network:
        def __init__(self):
            self.posted, self.gone, self.closed = {}, [], []
            self.hold = threading.Event()

        def post(self, connection_id, data, *, just_connected=False):
            for error in (sockets.Gone, sockets.Throttled, sockets.Slow, ConnectionError):
                if connection_id.startswith(error.__name__.lower()):
                    raise error(connection_id)
            if connection_id.startswith("large") and len(data) > 500:
                raise sockets.TooLarge(connection_id)
            if connection_id.startswith("waits"):
                assert self.hold.wait(5)
            self.posted.setdefault(connection_id, []).append(data.decode())

        def offsets(self, connection_id):
            import json

            return [json.loads(frame)["offset"] for frame in self.posted.get(connection_id, [])]

    made = Network()
    monkeypatch.setattr(sockets, "post", made.post)
    monkeypatch.setattr(sockets, "close", made.closed.append)
    monkeypatch.setattr(queues, "send", lambda queue, body: made.gone.append(body["connection_id"]))
    return made


def test_order_holds_on_every_connection(network):
    groups = [[item(n, "a1", "a2") for n in range(1, 6)], [item(n, "b") for n in range(1, 4)]]
    assert fanout.deliver_groups(groups) == [5, 3]
    assert network.offsets("a1") == network.offsets("a2") == [1, 2, 3, 4, 5]
    assert network.offsets("b") == [1, 2, 3]


def test_a_client_that_waits_holds_nobody_else(network):
    released = threading.Timer(1.0, network.hold.set)
    seen = threading.Thread(target=fanout.deliver_groups, args=([[item(1, "waits", "a")], [item(1, "b")]],))
    seen.start()
    released.start()
    while not {"a", "b"} <= network.posted.keys():
        assert not network.hold.is_set(), "the others waited for the slow one"
    seen.join()
    assert network.offsets("waits") == [1]


def test_gone_is_handed_on_and_ends_its_lane_only(network):
    assert fanout.deliver_groups([[item(1, "gone", "a"), item(2, "gone", "a")]]) == [2]
    assert (network.gone, network.offsets("a")) == (["gone"], [1, 2])


@pytest.mark.parametrize("trouble", ["throttled", "connectionerror"])
def test_of_a_user_in_trouble_the_rest_goes_back_and_others_are_done(network, trouble):
    groups = [[item(1, "a"), item(2, trouble, "a"), item(3, "a")], [item(1, "b")]]
    assert fanout.deliver_groups(groups) == [1, 1]
    assert network.offsets("b") == [1]


def test_a_slow_client_is_left_to_ask_by_itself(network):
    assert fanout.deliver_groups([[item(1, "slow", "a"), item(2, "slow", "a")]]) == [2]
    assert network.offsets("a") == [1, 2]


def test_what_is_too_large_goes_by_reference(network):
    delivery = item(1, "large")
    delivery["message"]["data"] = {"text": "x" * 500}
    assert fanout.deliver_groups([[delivery]]) == [1]
    assert "/api/v1/notifications/1" in network.posted["large"][0]


def test_the_uninterested_get_the_place_without_the_content(network):
    fanout.deliver_groups([[item(1, "a", "b", skipping=["b"])]])
    assert '"skipped"' in network.posted["b"][0]
    assert '"n":1' not in network.posted["b"][0]
    assert '"n":1' in network.posted["a"][0]


def test_closing_says_why_first(network):
    assert fanout.deliver_groups([[item(None, "a", close=True)]]) == [1]
    assert (len(network.posted["a"]), network.closed, network.gone) == (1, ["a"], ["a"])

"""The client's inbox: whatever the network does, the screen is the log."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.client import HistoryLost, Inbox, Shown


def message(offset, epoch="e", kind="task_progress"):
    return {"type": kind, "data": {}, "offset": offset, "epoch": epoch}


def about(kind, offset, epoch="e", **data):
    return {"type": kind, "offset": None, "epoch": None, "data": {"offset": offset, "epoch": epoch, **data}}


def shown(events):
    return [event.message["offset"] for event in events if isinstance(event, Shown)]


def test_a_new_client_begins_at_the_end():
    inbox = Inbox()
    assert inbox.feed(message(8)) == []  # overtook the greeting
    assert shown(inbox.feed(about("connection_established", 7))) == [8]
    assert not inbox.behind


def test_a_gap_is_held_back_until_it_is_filled():
    inbox = Inbox("e", 3)
    assert inbox.feed(message(5)) == []
    assert inbox.behind
    assert inbox.resume() == {"type": "resume", "offset": 3, "epoch": "e"}
    assert shown(inbox.feed(message(4))) == [4, 5]
    assert not inbox.behind


def test_a_pong_reveals_that_the_last_message_was_lost():
    inbox = Inbox("e", 3)
    inbox.feed(about("pong", 4))
    assert inbox.behind


def test_a_lost_history_is_announced_once():
    inbox = Inbox("e", 3)
    answer = about("resumed", 90, recovered=False)
    assert inbox.feed(answer) == [HistoryLost("e", 90)]
    assert inbox.feed(answer) == []
    assert shown(inbox.feed(message(91))) == [91]


def test_behind_a_long_gap_what_fills_it_is_still_taken():
    inbox = Inbox("e", 0)
    for offset in range(2, 400):
        inbox.feed(message(offset))
    assert shown(inbox.feed(message(1))) == list(range(1, 202))
    assert inbox.behind  # the rest was not kept, and is asked for


def test_another_epoch_is_asked_about_and_the_old_one_never_comes_back():
    inbox = Inbox("e", 3)
    assert inbox.feed(message(4, "f")) == []
    assert inbox.behind
    assert inbox.feed(about("resumed", 2, "f", recovered=False)) == [HistoryLost("f", 2)]
    assert inbox.feed(message(4, "e")) == []
    assert not inbox.behind
    assert shown(inbox.feed(message(3, "f"))) == [3]


def test_a_log_that_was_set_back_is_doubted():
    inbox = Inbox("e", 9)
    inbox.feed(about("connection_established", 4))
    assert inbox.behind


def test_what_was_skipped_keeps_its_place():
    inbox = Inbox("e", 0)
    inbox.feed(message(1, kind="skipped"))
    assert shown(inbox.feed(message(2))) == [2]


@given(st.lists(st.integers(1, 30), max_size=200), st.randoms())
def test_any_order_with_any_repetition_and_loss_is_healed(arrivals, random):
    inbox, screen = Inbox("e", 0), []
    for offset in arrivals:
        screen += shown(inbox.feed(message(offset)))
    inbox.feed(about("pong", 30))
    for _ in range(50):
        if not inbox.behind:
            break
        for offset in range(inbox.resume()["offset"] + 1, 31):  # the server replays, and every other one is lost
            if random.random() < 0.5:
                screen += shown(inbox.feed(message(offset)))
        inbox.feed(about("resumed", 30, recovered=True))
    if not inbox.behind:
        assert screen == list(range(1, 31))
    else:
        assert screen == list(range(1, len(screen) + 1))

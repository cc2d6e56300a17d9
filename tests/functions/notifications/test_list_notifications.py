"""GET /api/v1/notifications."""

import pytest

from assistant.notifications import log


@pytest.fixture
def tell(db):
    def append(person, n, data=None):
        for i in range(n):
            with db.transaction() as work:
                log.notify(work, person.organization_id, person.user_id, "task_progress", data or {"n": i})

    return append


def offsets(answer):
    return [notification["offset"] for notification in answer.body["notifications"]]


def test_an_anonymous_caller_is_refused(call):
    assert call("notifications.list_notifications").status == 401


def test_nobody_reads_the_log_of_another(call, person, tell):
    ann, bob = person(), person()
    tell(ann, 3)
    answer = call("notifications.list_notifications", bob)
    assert (answer.status, offsets(answer), answer.body["offset"]) == (200, [], 0)


def test_someone_who_was_never_told_anything_has_an_empty_log(call, person):
    body = call("notifications.list_notifications", person()).body
    assert body == {
        "recovered": True, "epoch": "", "offset": 0, "undelivered": 0, "notifications": [], "next_since": None,
    }  # fmt: skip


def test_what_came_after_since_is_given_and_paged(call, person, tell):
    ann = person()
    tell(ann, 7)
    first = call("notifications.list_notifications", ann, query="since=2&limit=3")
    assert (offsets(first), first.body["recovered"], first.body["next_since"]) == ([3, 4, 5], True, 5)
    query = f"since=5&limit=3&epoch={first.body['epoch']}"
    second = call("notifications.list_notifications", ann, query=query)
    assert (offsets(second), second.body["recovered"], second.body["next_since"]) == ([6, 7], True, None)
    end = call("notifications.list_notifications", ann, query="since=7")
    assert (offsets(end), end.body["recovered"], end.body["undelivered"]) == ([], True, 7)


@pytest.mark.parametrize("query", ["since=2&epoch=another", "since=9", "since=9223372036854775807"])
def test_a_history_that_is_not_there_is_announced(call, person, tell, query):
    ann = person()
    tell(ann, 3)
    assert call("notifications.list_notifications", ann, query=query).body["recovered"] is False


def test_who_missed_more_than_is_kept_is_told_so_and_gets_what_is_kept(call, person, tell):
    ann = person()
    tell(ann, log.KEPT + 2)
    answer = call("notifications.list_notifications", ann, query="since=1&limit=200")
    assert (answer.body["recovered"], offsets(answer)) == (False, list(range(3, log.KEPT + 3)))
    assert call("notifications.list_notifications", ann, query="since=2").body["recovered"] is True


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=9223372036854775808", "limit=0", "limit=201"])
def test_what_makes_no_sense_is_refused(call, person, query):
    assert call("notifications.list_notifications", person(), query=query).status == 422

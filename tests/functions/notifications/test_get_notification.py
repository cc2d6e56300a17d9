"""GET /api/v1/notifications/{offset}."""

import pytest

from assistant.notifications import log


@pytest.fixture
def tell(db):
    def append(person, n, data=None):
        for i in range(n):
            with db.transaction() as work:
                log.notify(work, person.organization_id, person.user_id, "task_progress", data or {"n": i})

    return append


def test_an_anonymous_caller_is_refused(call):
    assert call("notifications.get_notification", path={"offset": 1}).status == 401


def test_it_is_given_with_all_its_data(call, person, tell):
    ann = person()
    tell(ann, 1, {"text": "x" * 100_000})
    answer = call("notifications.get_notification", ann, path={"offset": 1})
    assert (answer.status, len(answer.body["data"]["text"])) == (200, 100_000)
    again = call("notifications.get_notification", ann, path={"offset": 1}, query=f"epoch={answer.body['epoch']}")
    assert again.body == answer.body


def test_that_of_another_or_of_another_epoch_is_not_there(call, person, tell):
    ann, bob = person(), person()
    tell(ann, 1)
    assert call("notifications.get_notification", bob, path={"offset": 1}).status == 404
    assert call("notifications.get_notification", ann, path={"offset": 2}).status == 404
    assert call("notifications.get_notification", ann, path={"offset": 1}, query="epoch=another").status == 404


@pytest.mark.parametrize("offset", ["0", "-1", "x", str(2**63)])
def test_what_is_no_offset_is_refused(call, person, offset):
    assert call("notifications.get_notification", person(), path={"offset": offset}).status == 422

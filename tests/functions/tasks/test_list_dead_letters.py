"""GET /api/v1/async-tasks/dead-letters."""

import pytest


@pytest.fixture
def dead(claimed):
    """Ends a task of a person as dead for a reason; its id."""

    def make(person, code):
        claim = claimed(person)
        claim.failed({"code": code, "title": code.title(), "detail": "d", "kind": "provider_down"}, "dead")
        return claim.task.task_id

    return make


def groups(call, admin):
    answer = call("tasks.list_dead_letters", admin)
    assert answer.status == 200, answer.body
    return answer.body


def test_an_anonymous_caller_is_refused(call):
    assert call("tasks.list_dead_letters").status == 401


def test_only_administrators_see_them(call, person):
    answer = call("tasks.list_dead_letters", person())
    assert (answer.status, answer.body["code"]) == (403, "forbidden")


def test_they_are_grouped_by_cause_the_most_frequent_first(call, person, dead):
    owner = person()
    admin = person(owner.organization_id, role="admin")
    busy = [dead(owner, "model_throttled") for _ in range(3)]
    down = dead(owner, "model_unavailable")
    body = groups(call, admin)
    assert [(group["code"], group["count"]) for group in body["groups"]] == [
        ("model_throttled", 3), ("model_unavailable", 1)
    ]  # fmt: skip
    assert body["total"] == 4
    assert sorted(body["groups"][0]["task_ids"]) == sorted(busy)
    assert body["groups"][1]["task_ids"] == [down]
    assert body["groups"][0]["first_at"] <= body["groups"][0]["last_at"]


def test_of_other_organizations_nothing_is_seen(call, person, dead):
    dead(person(), "model_unavailable")
    assert groups(call, person(role="admin")) == {"groups": [], "total": 0}


def test_what_was_tried_again_is_no_dead_letter_any_more(call, person, dead):
    owner = person()
    task_id = dead(owner, "model_unavailable")
    assert call("tasks.retry_task", owner, path={"task_id": task_id}).status == 202
    assert groups(call, person(owner.organization_id, role="admin"))["total"] == 0

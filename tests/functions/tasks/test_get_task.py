"""GET /api/v1/async-tasks/{task_id}."""

import uuid

import pytest


def get(call, person, task_id):
    return call("tasks.get_task", person, path={"task_id": task_id})


def test_an_anonymous_caller_is_refused(call, person, submitted):
    assert get(call, None, submitted(person())).status == 401


def test_a_strangers_task_looks_like_one_that_is_not_there(call, person, submitted):
    owner = person()
    task_id = submitted(owner)
    nowhere = get(call, owner, uuid.uuid4())
    strangers = (person(), person(owner.organization_id), person(role="admin"))
    for answer in (get(call, stranger, task_id) for stranger in strangers):
        assert answer.status == nowhere.status == 404
        assert answer.body == nowhere.body


def test_the_owner_and_the_own_administrator_see_it(call, person, submitted):
    owner = person()
    task_id = submitted(owner)
    answer = get(call, owner, task_id)
    assert answer.status == 200
    body = answer.body
    assert (body["task_id"], body["status"], body["stage"], body["progress"]) == (task_id, "queued", "queued", 0)
    assert (body["priority"], body["attempts"], body["result"], body["error"]) == ("normal", 0, None, None)
    assert body["held"] > body["cost"] == 0
    assert get(call, person(owner.organization_id, role="admin"), task_id).body == body


def test_a_finished_task_shows_its_result_and_cost(call, person, claimed):
    owner = person()
    claim = claimed(owner)
    assert get(call, owner, claim.task.task_id).body["status"] == "running"
    claim.complete(lambda work: {"rfc_content": "Привет <b>"})
    body = get(call, owner, claim.task.task_id).body
    assert (body["status"], body["progress"], body["cost"]) == ("completed", 100, 0)
    assert body["result"]["rfc_content"] == "Привет <b>"
    assert body["started_at"] <= body["finished_at"]


@pytest.mark.parametrize("task_id", ["1", "0", "-1", "null", "9" * 40, "'; DROP TABLE tasks; --", "Привет", "\x00"])
def test_what_is_no_id_is_named(call, person, task_id):
    answer = get(call, person(), task_id)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "path/task_id")

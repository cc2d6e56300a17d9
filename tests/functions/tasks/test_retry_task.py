"""POST /api/v1/async-tasks/{task_id}/retry: a new task that goes on from the old one's checkpoint, held anew."""

import uuid

import pytest

from assistant.budget.proof import discrepancies


def retry(call, person, task_id):
    return call("tasks.retry_task", person, path={"task_id": task_id})


def dead(claimed, person):
    """The id of a task that wrote one section and then failed for good."""
    claim = claimed(person)
    with claim._database.transaction() as work:
        claim.save(work, {"texts": ["First."]})
    claim.failed({"code": "model_unavailable", "title": "t", "detail": "d", "kind": "provider_down"}, "dead")
    return claim.task.task_id


def lower(call, person, owner):
    """Leave the owner next to nothing to spend."""
    change = {"user_id": owner.user_id, "new_budget_limit": 0.000001, "reason": "a test"}
    assert call("budget.update_budget", person(owner.organization_id, role="admin"), json_body=change).status == 200


def test_an_anonymous_caller_is_refused(call, person, claimed):
    assert retry(call, None, dead(claimed, person())).status == 401


def test_nobody_retries_a_strangers_task(call, person, claimed):
    owner = person()
    task_id = dead(claimed, owner)
    for stranger in (person(), person(owner.organization_id), person(role="admin")):
        assert retry(call, stranger, task_id).status == 404


def test_the_new_task_is_held_again_and_begins_at_the_checkpoint(call, person, claimed, sent, db):
    owner = person()
    task_id = dead(claimed, owner)
    assert call("budget.get_budget_status", owner).body["held"] == 0
    sent.clear()
    answer = retry(call, owner, task_id)
    assert answer.status == 202, answer.body
    new = answer.body["task_id"]
    assert (answer.body["retry_of"], answer.body["status"]) == (task_id, "queued")
    assert call("budget.get_budget_status", owner).body["held"] == answer.body["held"] > 0
    assert [body["task_id"] for _, body in sent] == [new]
    with db.reading() as work:
        row = work.one("SELECT checkpoint, args FROM tasks WHERE task_id = CAST(:id AS uuid)", id=new)
        assert discrepancies(work) == []
    assert row["checkpoint"] == {"texts": ["First."]}
    old = call("tasks.get_task", owner, path={"task_id": task_id}).body
    assert (old["status"], old["error"]["code"]) == ("dead", "model_unavailable")


def test_an_administrator_retries_at_the_cost_of_the_owner(call, person, claimed):
    owner = person()
    admin = person(owner.organization_id, role="admin")
    assert retry(call, admin, dead(claimed, owner)).status == 202
    assert call("budget.get_budget_status", owner).body["held"] > 0
    assert call("budget.get_budget_status", admin).body["held"] == 0


def test_a_task_is_tried_again_once(call, person, claimed):
    owner = person()
    task_id = dead(claimed, owner)
    first = retry(call, owner, task_id)
    again = retry(call, owner, task_id)
    assert (again.status, again.body["code"]) == (409, "conflict")
    assert again.body["retried_as"] == first.body["task_id"]


def test_a_task_that_has_not_failed_is_a_conflict(call, person, submitted, claimed):
    owner = person()
    answer = retry(call, owner, submitted(owner))
    assert (answer.status, answer.body["status_of_task"]) == (409, "queued")
    claim = claimed(owner)
    assert retry(call, owner, claim.task.task_id).body["status_of_task"] == "running"
    claim.complete(lambda work: {})
    assert retry(call, owner, claim.task.task_id).body["status_of_task"] == "completed"


def test_a_cancelled_one_may_be_tried_again(call, person, submitted):
    owner = person()
    task_id = submitted(owner)
    call("tasks.cancel_task", owner, path={"task_id": task_id})
    assert retry(call, owner, task_id).status == 202


def test_what_the_budget_does_not_hold_is_refused_and_nothing_is_stored(call, person, claimed, db):
    owner = person()
    task_id = dead(claimed, owner)
    lower(call, person, owner)
    answer = retry(call, owner, task_id)
    assert (answer.status, answer.body["code"]) == (402, "budget_exceeded")
    with db.reading() as work:
        assert work.run("SELECT task_id FROM tasks WHERE retry_of = CAST(:id AS uuid)", id=task_id) == []


def test_a_task_that_is_not_there_is_not_found(call, person):
    assert retry(call, person(), uuid.uuid4()).status == 404


@pytest.mark.parametrize("task_id", ["1", "' OR 1=1 --"])
def test_what_is_no_id_is_named(call, person, task_id):
    assert retry(call, person(), task_id).body["errors"][0]["pointer"] == "path/task_id"


def test_an_answer_is_not_tried_again_on_its_own(call, person, claimed, db):
    owner = person()
    task_id = dead(claimed, owner)
    with db.transaction() as work:
        work.run("UPDATE tasks SET task_type = 'answer_question' WHERE task_id = CAST(:id AS uuid)", id=task_id)
    answer = retry(call, owner, task_id)
    assert (answer.status, answer.body["code"]) == (409, "conflict")
    assert "ask the question again" in answer.body["detail"]

"""DELETE /api/v1/async-tasks/{task_id}."""

import uuid

import pytest

from assistant.budget.proof import discrepancies
from assistant.tasks.claim import CancelRequested, claim_next


def cancel(call, person, task_id):
    return call("tasks.cancel_task", person, path={"task_id": task_id})


def status_of(db, task_id):
    with db.reading() as work:
        return work.one("SELECT status, cancel_requested_at FROM tasks WHERE task_id = CAST(:id AS uuid)", id=task_id)


def test_an_anonymous_caller_is_refused(call, person, submitted, db):
    task_id = submitted(person())
    assert cancel(call, None, task_id).status == 401
    assert status_of(db, task_id)["status"] == "queued"


def test_nobody_cancels_a_strangers_task(call, person, submitted, db):
    owner = person()
    task_id = submitted(owner)
    for stranger in (person(), person(owner.organization_id), person(role="admin")):
        assert cancel(call, stranger, task_id).status == 404
    assert status_of(db, task_id) == {"status": "queued", "cancel_requested_at": None}


def test_a_waiting_task_ends_at_once_and_its_hold_is_free(call, person, submitted, db):
    owner = person()
    task_id = submitted(owner)
    answer = cancel(call, owner, task_id)
    assert (answer.status, answer.body["status"], answer.body["cost"]) == (200, "cancelled", 0)
    budget = call("budget.get_budget_status", owner).body
    assert (budget["held"], budget["current_usage"]) == (0, 0)
    with db.reading() as work:
        assert discrepancies(work) == []


def test_an_administrator_may_cancel_in_the_own_organization(call, person, submitted):
    owner = person()
    assert cancel(call, person(owner.organization_id, role="admin"), submitted(owner)).body["status"] == "cancelled"


def test_a_running_task_is_asked_to_stop(call, person, claimed):
    owner = person()
    claim = claimed(owner)
    answer = cancel(call, owner, claim.task.task_id)
    assert (answer.status, answer.body["status"]) == (200, "running")
    assert answer.body["cancel_requested_at"]
    assert cancel(call, owner, claim.task.task_id).body["cancel_requested_at"] == answer.body["cancel_requested_at"]
    with pytest.raises(CancelRequested):
        claim.beat(10, now=True)


def test_a_cancelled_task_is_never_claimed(call, person, submitted, db):
    owner = person()
    task_id = submitted(owner)
    cancel(call, owner, task_id)
    while claim := claim_next(db, "llm_generate_rfc"):
        assert claim.task.task_id != task_id


def test_a_final_task_is_a_conflict(call, person, submitted):
    owner = person()
    task_id = submitted(owner)
    cancel(call, owner, task_id)
    answer = cancel(call, owner, task_id)
    assert (answer.status, answer.body["code"], answer.body["status_of_task"]) == (409, "conflict", "cancelled")


def test_a_task_that_is_not_there_is_not_found(call, person):
    assert cancel(call, person(), uuid.uuid4()).status == 404


@pytest.mark.parametrize("task_id", ["1", "x" * 300, "' OR 1=1 --", "Привет"])
def test_what_is_no_id_is_named(call, person, task_id):
    assert cancel(call, person(), task_id).body["errors"][0]["pointer"] == "path/task_id"

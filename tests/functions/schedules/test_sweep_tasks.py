"""Every minute: expired leases, lost tickets. The rules themselves: tests/layers/tasks."""

import pytest

from assistant.tasks.claim import LeaseLost, claim_next
from functions.schedules.sweep_tasks import handler

TYPE = "llm_generate_rfc"
NOTHING = {"released": 0, "ticketed": 0, "expired": 0}


@pytest.fixture(autouse=True)
def alone(db):
    """No task of another test is swept."""
    with db.transaction() as work:
        work.run("DELETE FROM rfcs")
        work.run("DELETE FROM tasks")


@pytest.fixture
def task_of(call, sent):
    def make(person):
        answer = call("tasks.submit_task", person, json_body={"task_func": TYPE, "task_args": {"topic": "Budgets"}})
        sent.clear()
        return answer.body["task_id"]

    return make


def passed(db, task_id, changes):
    """Let time pass for a task: what would be in the future lies in the past."""
    with db.transaction() as work:
        work.run(f"UPDATE tasks SET {changes} WHERE task_id = CAST(:id AS uuid)", id=task_id)


def test_with_nothing_to_do_it_does_nothing(scheduled, context, sent):
    assert handler(scheduled, context) == NOTHING
    assert sent == []


def test_a_fresh_task_is_left_alone(scheduled, context, person, task_of, sent):
    task_of(person())
    assert handler(scheduled, context) == NOTHING
    assert sent == []


@pytest.mark.parametrize("lost", ["ticketed_at = NULL", "ticketed_at = now() - interval '1 hour'"])
def test_a_lost_ticket_is_sent_once(scheduled, context, person, task_of, sent, db, lost):
    task_id = task_of(person())
    passed(db, task_id, lost)
    assert handler(scheduled, context) == {**NOTHING, "ticketed": 1}
    assert sent == [("LLM_GENERATE_RFC_QUEUE_URL", {"task_type": TYPE, "task_id": task_id})]
    assert handler(scheduled, context) == NOTHING


def test_an_expired_lease_is_given_back_with_a_ticket(scheduled, context, person, task_of, sent, db, call):
    owner = person()
    task_id = task_of(owner)
    dead = claim_next(db, TYPE)
    passed(db, task_id, "lease_until = now() - interval '1 second'")
    assert handler(scheduled, context) == {**NOTHING, "released": 1, "ticketed": 1}
    assert [body["task_id"] for _, body in sent] == [task_id]
    assert call("tasks.get_task", owner, path={"task_id": task_id}).body["status"] == "queued"
    with pytest.raises(LeaseLost):
        dead.reach("generating", 50)


def test_a_living_lease_is_not_touched(scheduled, context, person, task_of, db):
    task_of(person())
    claim = claim_next(db, TYPE)
    assert handler(scheduled, context) == NOTHING
    claim.reach("generating", 50)


def test_the_last_attempt_ends_the_task_and_frees_its_money(scheduled, context, person, task_of, db, call):
    owner = person()
    task_id = task_of(owner)
    claim_next(db, TYPE)
    passed(db, task_id, "lease_until = now() - interval '1 second', attempts = max_attempts")
    assert handler(scheduled, context) == {**NOTHING, "released": 1}
    body = call("tasks.get_task", owner, path={"task_id": task_id}).body
    assert (body["status"], body["error"]["code"], body["cost"]) == ("dead", "attempts_used_up", 0)
    assert call("budget.get_budget_status", owner).body["held"] == 0

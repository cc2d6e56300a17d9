"""POST /api/v1/async-tasks/dead-letters/redrive: named ones, or all that a filter fits."""

import uuid

import pytest

from assistant.budget.proof import discrepancies


@pytest.fixture
def dead(claimed):
    def make(person, code="model_unavailable"):
        claim = claimed(person)
        claim.failed({"code": code, "title": "t", "detail": "d", "kind": "provider_down"}, "dead")
        return claim.task.task_id

    return make


def redrive(call, admin, **body):
    return call("tasks.redrive_dead_letters", admin, json_body=body)


def test_an_anonymous_caller_is_refused(call):
    assert redrive(call, None).status == 401


def test_only_administrators_may(call, person):
    assert redrive(call, person()).status == 403


def test_a_named_one_is_tried_again_and_held_for_its_owner(call, person, dead, sent, db):
    owner = person()
    admin = person(owner.organization_id, role="admin")
    first, second = dead(owner), dead(owner)
    sent.clear()
    body = redrive(call, admin, task_ids=[first]).body
    assert (body["redriven"], body["tasks"][0]["retry_of"], body["refused"]) == (1, first, [])
    assert len(sent) == 1
    assert call("budget.get_budget_status", owner).body["held"] == body["tasks"][0]["held"]
    left = call("tasks.list_dead_letters", admin).body
    assert left["groups"][0]["task_ids"] == [second]
    with db.reading() as work:
        assert discrepancies(work) == []


def test_a_filter_takes_all_of_a_cause_and_no_other(call, person, dead):
    owner = person()
    admin = person(owner.organization_id, role="admin")
    busy = {dead(owner, "model_throttled") for _ in range(2)}
    dead(owner, "model_unavailable")
    body = redrive(call, admin, code="model_throttled", task_func="llm_generate_rfc").body
    assert {task["retry_of"] for task in body["tasks"]} == busy
    assert redrive(call, admin, task_func="process_data_sync").body["redriven"] == 0
    assert redrive(call, admin, code="model_throttled").body["redriven"] == 0
    assert redrive(call, admin, limit=100).body["redriven"] == 1


def test_the_limit_takes_the_oldest(call, person, dead):
    owner = person()
    oldest = dead(owner)
    dead(owner)
    body = redrive(call, person(owner.organization_id, role="admin"), limit=1).body
    assert [task["retry_of"] for task in body["tasks"]] == [oldest]


def test_one_that_the_budget_refuses_stops_no_other(call, person, dead):
    poor = person()
    rich, admin = person(poor.organization_id), person(poor.organization_id, role="admin")
    refused, taken = dead(poor), dead(rich)
    change = {"user_id": poor.user_id, "new_budget_limit": 0.000001, "reason": "a test"}
    assert call("budget.update_budget", admin, json_body=change).status == 200
    body = redrive(call, admin).body
    assert [task["retry_of"] for task in body["tasks"]] == [taken]
    assert body["refused"] == [{"task_id": refused, "code": "budget_exceeded"}]


def test_of_other_organizations_nothing_is_touched(call, person, dead):
    owner = person()
    task_id = dead(owner)
    assert redrive(call, person(role="admin"), task_ids=[task_id]).body["redriven"] == 0
    assert redrive(call, person(role="admin")).body["redriven"] == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"task_ids": []}, "/task_ids"),
        ({"task_ids": ["1"]}, "/task_ids/0"),
        ({"limit": 0}, "/limit"),
        ({"limit": 101}, "/limit"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_bad_input_is_named(call, person, body, pointer):
    answer = redrive(call, person(role="admin"), **body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


def test_an_id_that_is_not_there_is_nothing(call, person):
    assert redrive(call, person(role="admin"), task_ids=[str(uuid.uuid4())]).body["redriven"] == 0

"""DELETE /api/v1/async-tasks/schedules/{schedule_id}."""

import uuid

import pytest

HOURLY = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets"}, "cron": "5 * * * *"}


def delete(call, person, schedule_id):
    return call("tasks.delete_task_schedule", person, path={"schedule_id": schedule_id})


@pytest.fixture
def scheduled_by(call):
    return lambda person: call("tasks.create_task_schedule", person, json_body=HOURLY).body["schedule_id"]


def test_an_anonymous_caller_is_refused(call, person, scheduled_by):
    assert delete(call, None, scheduled_by(person())).status == 401


def test_nobody_deletes_a_strangers_schedule(call, person, scheduled_by):
    owner = person()
    schedule_id = scheduled_by(owner)
    for stranger in (person(), person(owner.organization_id), person(role="admin")):
        assert delete(call, stranger, schedule_id).status == 404
    assert len(call("tasks.list_task_schedules", owner).body["schedules"]) == 1


def test_it_is_gone(call, person, scheduled_by):
    owner = person()
    schedule_id = scheduled_by(owner)
    assert delete(call, owner, schedule_id).body["schedule_id"] == schedule_id
    assert call("tasks.list_task_schedules", owner).body["schedules"] == []
    assert delete(call, owner, schedule_id).status == 404


def test_an_administrator_may_in_the_own_organization(call, person, scheduled_by):
    owner = person()
    assert delete(call, person(owner.organization_id, role="admin"), scheduled_by(owner)).status == 200


def test_what_is_not_there_is_not_found_and_what_is_no_id_is_named(call, person):
    assert delete(call, person(), uuid.uuid4()).status == 404
    assert delete(call, person(), "1").body["errors"][0]["pointer"] == "path/schedule_id"

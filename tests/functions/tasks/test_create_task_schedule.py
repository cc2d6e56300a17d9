"""POST /api/v1/async-tasks/schedules."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.tasks import schedules

DAILY = {
    "task_func": "llm_generate_rfc",
    "task_args": {"topic": "Budgets for teams"},
    "cron": "30 7 * * MON-FRI",
    "time_zone": "Europe/Berlin",
}


def create(call, person, **changes):
    return call("tasks.create_task_schedule", person, json_body={**DAILY, **changes})


def test_an_anonymous_caller_is_refused(call):
    assert create(call, None).status == 401


def test_it_is_stored_with_its_next_moment_in_its_zone(call, person):
    answer = create(call, person(), priority="low")
    assert answer.status == 201, answer.body
    body = answer.body
    next_at = datetime.fromisoformat(body["next_at"])
    there = next_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert (there.hour, there.minute, there.weekday() < 5) == (7, 30, True)
    assert next_at > datetime.now(UTC)
    assert (body["priority"], body["last_at"], body["last_error"]) == ("low", None, None)


def test_nothing_is_held_before_its_moment(call, person):
    owner = person()
    create(call, owner)
    assert call("budget.get_budget_status", owner).body["held"] == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"cron": "61 * * * *"}, "/cron"),
        ({"cron": "* * * *"}, "/cron"),
        ({"cron": "* * * * * *"}, "/cron"),
        ({"cron": "0 0 31 2 *"}, "/cron"),
        ({"cron": ""}, "/cron"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"time_zone": "../etc/passwd"}, "/time_zone"),
        ({"task_func": "no_such_type"}, "/task_func"),
        ({"task_args": {}}, "/task_args/topic"),
        ({"priority": "highest"}, "/priority"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_bad_input_is_named(call, person, changes, pointer):
    answer = create(call, person(), **changes)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer), answer.body


def test_what_only_administrators_start_only_they_schedule(call, person):
    sync = {"task_func": "process_data_sync", "task_args": {"source": "00000000-0000-0000-0000-000000000000"}}
    assert create(call, person(), **sync).status == 403
    assert create(call, person(role="admin"), **sync).status == 201


def test_nobody_has_too_many(call, person, monkeypatch):
    monkeypatch.setattr(schedules, "MOST", 1)
    owner = person()
    assert create(call, owner).status == 201
    assert create(call, owner).status == 409
    assert create(call, person(owner.organization_id)).status == 201

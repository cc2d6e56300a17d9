"""Every minute: each due moment of a schedule becomes one task, held like any other."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from assistant.budget.proof import discrepancies
from assistant.platform.db import Database
from assistant.task_catalogue import TASK_TYPES
from assistant.tasks.schedules import next_after, submit_due
from functions.schedules.submit_scheduled_tasks import handler

DAILY = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets"}, "cron": "30 7 * * *", "priority": "low"}


@pytest.fixture(autouse=True)
def alone(db):
    with db.transaction() as work:
        work.run("DELETE FROM task_schedules")


@pytest.fixture
def due(call, db):
    """Makes a schedule whose last moments have passed."""

    def make(person, days=1, **changes):
        body = call("tasks.create_task_schedule", person, json_body={**DAILY, **changes}).body
        with db.transaction() as work:
            work.run(
                """UPDATE task_schedules SET next_at = next_at - make_interval(days => :days)
                   WHERE schedule_id = CAST(:id AS uuid)""",
                id=body["schedule_id"],
                days=days,
            )
        return body["schedule_id"]

    return make


def tasks_of(db, person):
    with db.reading() as work:
        return work.run("SELECT held, priority FROM tasks WHERE user_id = CAST(:id AS uuid)", id=person.user_id)


def test_with_nothing_due_it_does_nothing(scheduled, context, person, call, sent):
    call("tasks.create_task_schedule", person(), json_body=DAILY)
    assert handler(scheduled, context) == {"submitted": 0, "refused": 0}
    assert sent == []


def test_a_due_one_is_submitted_once_and_held(scheduled, context, person, due, sent, db, call):
    owner = person()
    due(owner)
    assert handler(scheduled, context) == {"submitted": 1, "refused": 0}
    assert handler(scheduled, context) == {"submitted": 0, "refused": 0}
    [task] = tasks_of(db, owner)
    assert task["priority"] == 0
    assert call("budget.get_budget_status", owner).body["held"] * 1e6 == task["held"] > 0
    assert len(sent) == 1
    [schedule] = call("tasks.list_task_schedules", owner).body["schedules"]
    assert datetime.fromisoformat(schedule["next_at"]) > datetime.now(UTC)
    assert schedule["last_at"]


def test_many_missed_moments_are_one_task(scheduled, context, person, due, sent, db):
    owner = person()
    due(owner, days=30)
    handler(scheduled, context)
    handler(scheduled, context)
    assert len(tasks_of(db, owner)) == 1


def test_two_sweeps_at_once_submit_each_once(person, due, sent, db, connect):
    owners = [person() for _ in range(10)]
    for owner in owners:
        due(owner)
    start, counts = threading.Barrier(3), []

    def sweep():
        own = Database(connect)
        start.wait()
        counts.append(submit_due(own, TASK_TYPES)["submitted"])
        own.discard()

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 10
    assert [len(tasks_of(db, owner)) for owner in owners] == [1] * 10


def test_what_the_budget_refuses_is_said_and_comes_again_the_next_time(scheduled, context, person, due, sent, db, call):
    poor, rich = person(budget=1), person()
    due(poor)
    due(rich)
    assert handler(scheduled, context) == {"submitted": 1, "refused": 1}
    assert tasks_of(db, poor) == []
    [schedule] = call("tasks.list_task_schedules", poor).body["schedules"]
    assert schedule["last_error"]["code"] == "budget_exceeded"
    assert datetime.fromisoformat(schedule["next_at"]) > datetime.now(UTC)
    with db.reading() as work:
        [told] = work.run("SELECT type, data FROM notifications WHERE user_id = CAST(:id AS uuid)", id=poor.user_id)
        assert discrepancies(work) == []
    assert (told["type"], told["data"]["error"]["code"]) == ("task_failed", "budget_exceeded")


def test_a_type_that_is_gone_stops_no_other(scheduled, context, person, due, sent, db):
    owner = person()
    lost = due(person())
    due(owner)
    with db.transaction() as work:
        work.run("UPDATE task_schedules SET task_type = 'gone' WHERE schedule_id = CAST(:id AS uuid)", id=lost)
    assert handler(scheduled, context) == {"submitted": 1, "refused": 1}
    assert len(tasks_of(db, owner)) == 1


def test_summer_time_runs_a_moment_once():
    """In Berlin 02:30 is missing on 29 March 2026, and there twice on 25 October."""
    spring = next_after("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # at 03:00, as soon as the hour that lacks is over
    first = next_after("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC))
    second = next_after("30 2 * * *", "Europe/Berlin", first)
    assert second - first > timedelta(hours=23)

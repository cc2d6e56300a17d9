"""GET /api/v1/async-tasks/queue/stats."""

from datetime import UTC, datetime, timedelta

RFC = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets for teams"}}


def stats(call, person):
    answer = call("tasks.get_queue_stats", person)
    assert answer.status == 200, answer.body
    return answer.body


def test_an_anonymous_caller_is_refused(call):
    assert call("tasks.get_queue_stats").status == 401


def test_an_empty_queue(call, person):
    assert stats(call, person()) == {
        "depth": 0, "scheduled": 0, "oldest_age": 0.0, "running": 0, "rate_per_minute": 0.0, "seconds_to_drain": 0.0,
        "by_type": None, "by_priority": None, "dead_letters": None,
    }  # fmt: skip


def test_depth_age_running_rate_and_time_to_drain(call, person, claimed, submitted, db):
    owner = person()
    ended, _running = claimed(owner), claimed(owner)
    ended.complete(lambda work: {})
    waiting = submitted(owner)
    submitted(owner)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    call("tasks.submit_task", owner, json_body={**RFC, "run_at": later})
    with db.transaction() as work:
        work.run(
            "UPDATE tasks SET queued_at = now() - interval '90 seconds' WHERE task_id = CAST(:id AS uuid)", id=waiting
        )
    body = stats(call, owner)
    assert (body["depth"], body["scheduled"], body["running"]) == (2, 1, 1)
    assert 90 <= body["oldest_age"] < 95
    assert body["rate_per_minute"] == 0.2  # one in five minutes
    assert body["seconds_to_drain"] == 600.0
    assert body["by_type"] is None


def test_an_administrator_sees_types_priorities_and_dead_letters_of_the_own_organization(call, person, claimed):
    owner = person()
    admin = person(owner.organization_id, role="admin")
    claimed(owner).failed({"code": "x", "title": "t", "detail": "d"}, "dead")
    call("tasks.submit_task", owner, json_body={**RFC, "priority": "urgent"})
    body = stats(call, admin)
    assert body["by_type"]["llm_generate_rfc"]["depth"] == 1
    assert body["by_priority"]["urgent"]["depth"] == 1
    assert body["dead_letters"] == 1
    other = stats(call, person(role="admin"))
    assert (other["by_type"], other["dead_letters"], other["depth"]) == ({}, 0, 0)

"""GET /api/v1/async-tasks/schedules."""

HOURLY = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets"}, "cron": "5 * * * *"}


def test_an_anonymous_caller_is_refused(call):
    assert call("tasks.list_task_schedules").status == 401


def test_one_sees_the_own_ones_the_oldest_first(call, person):
    owner = person()
    made = [
        call("tasks.create_task_schedule", owner, json_body={**HOURLY, "cron": cron}).body
        for cron in ("5 * * * *", "10 * * * *")
    ]
    assert call("tasks.list_task_schedules", owner).body == {"schedules": made}
    for stranger in (person(), person(owner.organization_id), person(owner.organization_id, role="admin")):
        assert call("tasks.list_task_schedules", stranger).body == {"schedules": []}

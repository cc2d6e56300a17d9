"""POST /api/v1/async-tasks/cleanup: what ended long ago goes, with its large results; what has not, stays."""

import pytest

from assistant.budget.proof import discrepancies
from assistant.platform import objects


def clean_up(call, person, query=""):
    return call("tasks.clean_up_tasks", person, query=query)


def aged(db, task_id, hours, **changes):
    with db.transaction() as work:
        work.run(
            """UPDATE tasks SET finished_at = now() - make_interval(hours => :hours), result_key = :key
               WHERE task_id = CAST(:id AS uuid)""",
            id=task_id,
            hours=hours,
            key=changes.get("result_key"),
        )


@pytest.fixture
def ended(claimed, db):
    def make(person, hours, **changes):
        claim = claimed(person)
        claim.complete(lambda work: {})
        aged(db, claim.task.task_id, hours, **changes)
        return claim.task.task_id

    return make


def test_an_anonymous_caller_is_refused(call):
    assert clean_up(call, None).status == 401


def test_only_administrators_may(call, person):
    assert clean_up(call, person()).status == 403


def test_what_ended_long_ago_goes_and_the_rest_stays(call, person, ended, submitted, db, monkeypatch):
    removed = []
    monkeypatch.setattr(objects, "delete", removed.append)
    owner = person()
    admin = person(owner.organization_id, role="admin")
    old, recent = ended(owner, 25, result_key="results/passing/x.json"), ended(owner, 23)
    foreign = ended(person(), 1000)
    waiting = submitted(owner)
    assert clean_up(call, admin).body == {"removed": 1}
    assert removed == ["results/passing/x.json"]
    for task_id, status in ((old, 404), (recent, 200), (waiting, 200)):
        assert call("tasks.get_task", owner, path={"task_id": task_id}).status == status
    assert clean_up(call, admin, "older_than_hours=1").body == {"removed": 1}
    with db.transaction() as work:
        assert work.run("SELECT 1 AS one FROM tasks WHERE task_id = CAST(:id AS uuid)", id=foreign)
        assert discrepancies(work) == []


@pytest.mark.parametrize("hours", ["0", "169", "x", "-1"])
def test_hours_out_of_range_are_named(call, person, hours):
    answer = clean_up(call, person(role="admin"), f"older_than_hours={hours}")
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "query/older_than_hours")

"""reconcile_budgets: what crashes leave held is closed, and drift is not silent."""

import uuid

import pytest

from assistant.budget import ledger
from assistant.llm import calls
from functions.schedules import reconcile_budgets


@pytest.fixture
def reconcile(context):
    return lambda: reconcile_budgets.handler({}, context)


def hold(db, person, amount, *, calls_begun=(), age="2 hours"):
    request_id = str(uuid.uuid4())
    with db.transaction() as work:
        for reserved in calls_begun:
            calls.begin_call(work, person.organization_id, person.user_id, request_id, "test", "local", "m", reserved)
        ledger.hold(work, person.organization_id, person.user_id, request_id, amount, "test")
        work.run(
            "UPDATE holds SET created_at = now() - CAST(:age AS interval) WHERE request_id = :id",
            age=age,
            id=request_id,
        )
    return request_id


def state(db, request_id):
    with db.reading() as work:
        [row] = work.run("SELECT state, settled, kept FROM holds WHERE request_id = :id", id=request_id)
    return row["state"], row["settled"], row["kept"]


def test_an_abandoned_hold_without_a_call_is_freed(reconcile, db, person):
    request_id = hold(db, person(), 500)
    assert reconcile()["drift"] == 0
    assert state(db, request_id) == ("released", 0, 0)


def test_an_abandoned_hold_with_a_call_keeps_its_worst_case_then_charges_it(reconcile, db, person):
    request_id = hold(db, person(), 500, calls_begun=[300])
    reconcile()
    assert state(db, request_id) == ("unknown", 0, 300)
    with db.transaction() as work:
        work.run("UPDATE holds SET settled_at = now() - interval '16 minutes' WHERE request_id = :id", id=request_id)
    assert reconcile()["reconciled"] == 1
    assert state(db, request_id) == ("settled", 300, 0)


def test_a_young_hold_is_left_alone(reconcile, db, person):
    request_id = hold(db, person(), 500, age="5 minutes")
    reconcile()
    assert state(db, request_id) == ("held", 0, 0)


def test_the_hold_of_a_task_that_waits_is_left_alone(reconcile, db, person):
    someone = person()
    request_id = hold(db, someone, 500)
    with db.transaction() as work:
        work.run(
            """INSERT INTO tasks (task_id, organization_id, user_id, task_type, args, request_hash)
               VALUES (CAST(:id AS uuid), CAST(:o AS uuid), CAST(:u AS uuid), 'none', '{}', '')""",
            id=request_id,
            o=someone.organization_id,
            u=someone.user_id,
        )
    reconcile()
    assert state(db, request_id) == ("held", 0, 0)
    with db.transaction() as work:
        work.run("DELETE FROM tasks WHERE task_id = CAST(:id AS uuid)", id=request_id)


def test_drift_is_found_and_kept_as_an_incident(reconcile, db, person):
    someone = person()
    with db.transaction() as work:
        ledger.hold(work, someone.organization_id, someone.user_id, f"drift-{someone.user_id}", 10, "test")
    for delta in (1, -1):  # planted, then taken back
        with db.transaction() as work:
            work.run(
                "UPDATE budget_periods SET spent = spent + :delta WHERE organization_id = CAST(:id AS uuid)",
                delta=delta,
                id=someone.organization_id,
            )
        assert reconcile()["drift"] == (2 if delta > 0 else 0)
    with db.reading() as work:
        found = work.run(
            "SELECT kind FROM budget_incidents WHERE organization_id = CAST(:id AS uuid)", id=someone.organization_id
        )
    assert [row["kind"] for row in found] == ["drift", "drift"]

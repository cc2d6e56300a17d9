"""What a crash leaves behind is put right: lost tickets, expired leases, calls whose outcome nobody knows."""

from assistant.budget.proof import discrepancies
from assistant.llm import calls
from assistant.tasks.claim import claim_next
from assistant.tasks.reconcile import reconcile_unknown
from assistant.tasks.run import run_ticket
from assistant.tasks.sweep import release_expired, send_lost_tickets
from tests.layers.tasks.conftest import TYPE, expire, nothing, state


def test_the_sweep_sends_what_was_lost_once(db, person, submitted, tickets):
    task = submitted(person())
    tickets.clear()
    assert send_lost_tickets(db) == 0
    with db.transaction() as work:
        work.run("UPDATE tasks SET ticketed_at = NULL")
    assert send_lost_tickets(db) == 1
    assert send_lost_tickets(db) == 0
    assert tickets == [(task.task_id, 0)]


def test_a_lost_call_stays_held_until_it_is_reconciled_at_its_worst_case(db, person, submitted):
    task = submitted(person())
    claim_next(db, TYPE)
    with db.transaction() as work:
        calls.begin_call(work, task.organization_id, task.user_id, task.task_id, TYPE, "local", "m", 4000)
    expire(db, task)
    release_expired(db)
    run_ticket(db, TYPE, nothing)
    assert (state(db, task).status, state(db, task).cost) == ("completed", 0)
    with db.transaction() as work:
        [hold] = work.run("SELECT state, kept FROM holds WHERE request_id = :id", id=task.task_id)
        assert (hold["state"], hold["kept"]) == ("unknown", 4000)
        work.run("UPDATE holds SET settled_at = now() - interval '1 hour' WHERE request_id = :id", id=task.task_id)
    assert reconcile_unknown(db) == 1
    assert state(db, task).cost == 4000
    with db.reading() as work:
        [incident] = work.run("SELECT kind, amount FROM budget_incidents WHERE request_id = :id", id=task.task_id)
        assert (incident["kind"], incident["amount"]) == ("lost_call_charged", 4000)
        assert discrepancies(work) == []
    assert reconcile_unknown(db) == 0

"""The ledger keeps `granted = spent + held + free` and never overspends, whatever comes, in whatever order."""

import threading
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.budget import ledger
from assistant.budget.proof import discrepancies
from assistant.budget.status import get_status
from assistant.platform.db import Database
from assistant.platform.errors import BudgetExceeded


def hold(db, person, amount, request_id=None):
    request_id = request_id or str(uuid.uuid4())
    with db.transaction() as work:
        ledger.hold_and_commit(work, person.organization_id, person.user_id, request_id, amount, "test")
    return request_id


def settle(db, person, request_id, cost, keep=0):
    with db.transaction() as work:
        return ledger.settle(work, person.organization_id, request_id, cost, keep)


def status(db, person):
    with db.reading() as work:
        return get_status(work, person.organization_id, person.user_id)


def proof(db):
    with db.reading() as work:
        return discrepancies(work)


def test_a_user_without_a_budget_spends_nothing(db, person):
    someone = person()
    with db.transaction() as work:
        work.run("DELETE FROM budgets WHERE organization_id = CAST(:id AS uuid)", id=someone.organization_id)
    with pytest.raises(BudgetExceeded):
        hold(db, someone, 1)


def test_a_hold_is_taken_at_every_level_and_returned_by_the_settlement(db, person):
    someone = person(budget=1000)
    request = hold(db, someone, 600)
    assert (status(db, someone).held, status(db, someone).free) == (600, 400)
    assert settle(db, someone, request, 250) == 250
    after = status(db, someone)
    assert (after.spent, after.held, after.free) == (250, 0, 750)
    assert proof(db) == []


def test_what_does_not_fit_the_user_is_refused_and_takes_nothing_from_the_organization(db, person):
    someone = person(budget=100, organization_budget=1000)
    with pytest.raises(BudgetExceeded) as refused:
        hold(db, someone, 101)
    assert refused.value.extra["level"] == "user"
    assert refused.value.extra["remaining"] == 0.0001
    assert refused.value.extra["resets_at"]
    colleague = person(someone.organization_id, budget=1000)
    hold(db, colleague, 1000)  # the organisation is untouched: all of it still fits


def test_what_does_not_fit_the_organization_is_refused_though_the_user_has_room(db, person):
    someone = person(budget=1000, organization_budget=500)
    with pytest.raises(BudgetExceeded) as refused:
        hold(db, someone, 501)
    assert refused.value.extra["level"] == "organization"
    assert status(db, someone).held == 0
    hold(db, someone, 500)


def test_the_same_request_holds_and_settles_once(db, person):
    someone = person(budget=1000)
    request = hold(db, someone, 700)
    assert hold(db, someone, 700, request) == request
    assert status(db, someone).held == 700
    settle(db, someone, request, 300)
    assert settle(db, someone, request, 300) == 300
    assert settle(db, someone, request, 999) == 300
    assert hold(db, someone, 700, request) == request
    assert (status(db, someone).spent, status(db, someone).held) == (300, 0)


def test_a_bill_above_the_hold_is_capped_and_recorded(db, person):
    someone = person(budget=1000)
    request = hold(db, someone, 100)
    assert settle(db, someone, request, 130) == 100
    with db.reading() as work:
        [incident] = work.run("SELECT kind, amount FROM budget_incidents WHERE request_id = :id", id=request)
    assert (incident["kind"], incident["amount"]) == ("billed_above_hold", 30)
    assert proof(db) == []


def test_an_unknown_outcome_stays_counted_until_it_is_known(db, person):
    someone = person(budget=1000)
    request = hold(db, someone, 500)
    settle(db, someone, request, 100, keep=200)
    assert (status(db, someone).spent, status(db, someone).held) == (100, 200)
    assert settle(db, someone, request, 150) == 250
    assert (status(db, someone).spent, status(db, someone).held, status(db, someone).free) == (250, 0, 750)
    assert proof(db) == []


def test_the_ledger_refuses_to_be_rewritten(db, person):
    hold(db, person(), 1)
    for change in ("UPDATE ledger_entries SET amount = 2", "DELETE FROM ledger_entries"):
        with pytest.raises(Exception, match=r"permission denied|never changed"), db.transaction() as work:
            work.run(change)


def test_concurrent_holds_take_exactly_what_there_is(db, person, connect):
    someone = person(budget=100)
    taken, refused = race(connect, someone, clients=16, each=25, amount=1)
    assert (taken, refused) == (100, 300)
    assert (status(db, someone).held, status(db, someone).free) == (100, 0)
    assert proof(db) == []


def test_the_race_catches_a_ledger_that_checks_and_then_adds(db, person, connect, postgres, database_name):
    """The planted bug: read, decide, write. If this passed, the race above would prove nothing."""
    someone = person(budget=100)
    status(db, someone)
    owner = postgres.connect(database_name)
    owner.execute_simple("CREATE TABLE IF NOT EXISTS naive (spent int NOT NULL)")
    owner.execute_simple("TRUNCATE naive; INSERT INTO naive VALUES (0); GRANT ALL ON naive TO assistant")
    spent = 0
    for _ in range(5):
        taken, _ = race(connect, someone, clients=16, each=25, amount=1, take=check_then_add)
        spent = max(spent, taken)
        owner.execute_simple("UPDATE naive SET spent = 0")
    owner.close()
    assert spent > 100


def check_then_add(database, person, amount):
    with database.reading() as work:
        if work.one("SELECT spent FROM naive")["spent"] + amount > 100:
            raise BudgetExceeded("no room")
        work.run("UPDATE naive SET spent = spent + :amount", amount=amount)


def race(connect, person, *, clients, each, amount, take=None):
    """Many clients take at once; how many takes were let through and how many refused."""
    outcomes = []
    start = threading.Barrier(clients)

    def client():
        database = Database(connect)
        start.wait()
        for _ in range(each):
            try:
                (take or hold)(database, person, amount)
                outcomes.append(True)
            except BudgetExceeded:
                outcomes.append(False)
        database.discard()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes.count(True), outcomes.count(False)


steps = st.lists(
    st.tuples(st.sampled_from(["hold", "settle", "unknown", "again"]), st.integers(0, 1), st.integers(0, 400)),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_sequence_agrees_with_a_model(db, person, steps):
    first = person(budget=1000, organization_budget=1500)
    people = [first, person(first.organization_id, budget=800)]
    limits, spent, held = [1000, 800], [0, 0], [0, 0]
    open_holds: list[tuple[int, str, int]] = []
    closed: list[tuple[int, str]] = []
    for action, who, amount in steps:
        if action == "hold":
            fits = amount <= limits[who] - spent[who] - held[who] and amount <= 1500 - sum(spent) - sum(held)
            if fits:
                open_holds.append((who, hold(db, people[who], amount), amount))
                held[who] += amount
            else:
                with pytest.raises(BudgetExceeded):
                    hold(db, people[who], amount)
        elif action in ("settle", "unknown") and open_holds:
            who, request, size = open_holds.pop(0)
            cost = min(amount, size)
            settle(db, people[who], request, cost, keep=size - cost if action == "unknown" else 0)
            if action == "unknown":
                settle(db, people[who], request, 0)
            spent[who] += cost
            held[who] -= size
            closed.append((who, request))
        elif action == "again" and closed:
            who, request = closed[-1]
            settle(db, people[who], request, amount)
    for who, someone in enumerate(people):
        now = status(db, someone)
        assert (now.spent, now.held, now.free) == (spent[who], held[who], limits[who] - spent[who] - held[who])
    assert proof(db) == []

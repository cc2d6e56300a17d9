"""Teams, modes, changes of limits, round trips, and what may never be asked of the ledger."""

import threading
import uuid

import pytest

from assistant.budget import ledger
from assistant.budget.limits import change_budget, give_budget
from assistant.platform.db import Database, StatementFailed
from assistant.platform.errors import BudgetExceeded, Conflict
from tests.layers.budget.holds import pay, proof, take


@pytest.fixture
def team(db):
    """Put people of one organisation into a team with a budget."""

    def team(limit, *people):
        with db.transaction() as work:
            [row] = work.run(
                """INSERT INTO teams (organization_id, name) VALUES (CAST(:o AS uuid), :name)
                   RETURNING CAST(team_id AS text) AS id""",
                o=people[0].organization_id,
                name=uuid.uuid4().hex,
            )
            for someone in people:
                work.run(
                    "UPDATE users SET team_id = CAST(:t AS uuid) WHERE user_id = CAST(:u AS uuid)",
                    t=row["id"],
                    u=someone.user_id,
                )
            give_budget(work, people[0].organization_id, "team", row["id"], limit)
        return row["id"]

    return team


def used(db, organization_id):
    """(spent, held) by level, of the organisation's budgets."""
    with db.reading() as work:
        rows = work.run(
            """SELECT b.level, sum(p.spent) AS spent, sum(p.held) AS held FROM budgets b
               JOIN budget_periods p USING (budget_id) WHERE b.organization_id = CAST(:o AS uuid) GROUP BY b.level""",
            o=organization_id,
        )
    return {row["level"]: (int(row["spent"]), int(row["held"])) for row in rows}


@pytest.mark.parametrize("tight", ["organization", "team", "user"])
def test_three_levels_are_taken_all_or_none(db, person, team, tight):
    limits = {"organization": 1000, "team": 1000, "user": 1000, tight: 99}
    someone = person(budget=limits["user"], organization_budget=limits["organization"])
    team(limits["team"], someone)
    with pytest.raises(BudgetExceeded) as refused:
        take(db, someone, 100)
    assert (refused.value.extra["level"], refused.value.extra["remaining"]) == (tight, 99 / 1e6)
    assert set(used(db, someone.organization_id).values()) <= {(0, 0)}
    request = take(db, someone, 99)
    assert used(db, someone.organization_id) == dict.fromkeys(limits, (0, 99))
    pay(db, someone, request, 40)
    assert used(db, someone.organization_id) == dict.fromkeys(limits, (40, 0))
    assert proof(db) == []


def test_a_hold_is_settled_where_it_was_taken_though_the_user_has_changed_teams(db, person, team):
    someone = person()
    team(1000, someone)
    request = take(db, someone, 100)
    team(500, someone)
    pay(db, someone, request, 60)
    take(db, someone, 500)
    assert used(db, someone.organization_id)["team"] == (60, 500)
    assert proof(db) == []


def test_a_soft_budget_lets_through_and_records_the_debt_by_request(db, person):
    someone = person(budget=100)
    with db.transaction() as work:
        work.run("UPDATE budgets SET mode = 'soft' WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    first, second = take(db, someone, 80), take(db, someone, 80)
    pay(db, someone, first, 80)
    pay(db, someone, second, 50)
    third = take(db, someone, 10)
    pay(db, someone, third, 10)
    with db.reading() as work:
        debts = work.run(
            "SELECT request_id, amount FROM budget_debts WHERE organization_id = CAST(:o AS uuid)",
            o=someone.organization_id,
        )
    assert {row["request_id"]: row["amount"] for row in debts} == {second: 30, third: 10}  # 140 spent of 100
    assert proof(db) == []


def test_a_warning_budget_lets_through_and_only_raises_alerts(db, person):
    someone = person(budget=100)
    with db.transaction() as work:
        work.run("UPDATE budgets SET mode = 'warn' WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    pay(db, someone, take(db, someone, 500), 500)
    with db.reading() as work:
        assert work.run("SELECT FROM budget_debts WHERE organization_id = CAST(:o AS uuid)",
                        o=someone.organization_id) == []  # fmt: skip
        kinds = work.run("SELECT kind FROM budget_alerts WHERE organization_id = CAST(:o AS uuid)",
                         o=someone.organization_id)  # fmt: skip
    assert {row["kind"] for row in kinds} == {"used_80", "used_95", "used_100"}
    assert proof(db) == []


def test_a_hard_organization_refuses_though_the_users_budget_is_soft(db, person):
    someone = person(budget=10, organization_budget=100)
    with db.transaction() as work:
        work.run("UPDATE budgets SET mode = 'soft' WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    take(db, someone, 100)
    with pytest.raises(BudgetExceeded):
        take(db, someone, 1)


def test_a_user_without_an_own_budget_spends_nothing_of_the_organizations(db, person):
    someone = person()
    with db.transaction() as work:
        work.run("DELETE FROM budgets WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    with pytest.raises(BudgetExceeded):
        take(db, someone, 1)


def test_a_settled_request_pays_for_nothing_more(db, person):
    someone = person()
    request = take(db, someone, 100)
    with db.transaction() as work:
        assert ledger.hold(work, someone.organization_id, someone.user_id, request, 500, "again") == 100
    pay(db, someone, request, 30)
    with db.transaction() as work:
        assert ledger.hold(work, someone.organization_id, someone.user_id, request, 100, "again") == 0
        assert ledger.held(work, someone.organization_id, request) == 0


def test_a_request_id_of_somebody_else_is_a_conflict_and_holds_nothing(db, person):
    someone, stranger = person(), person()
    request = take(db, someone, 100)
    for other in (stranger, person(someone.organization_id)):
        with pytest.raises(Conflict):
            take(db, other, 100, request)
    assert used(db, stranger.organization_id) == {}


def test_nothing_negative_mints_money(db, person):
    someone = person(budget=100)
    request = take(db, someone, 50)
    for attempt in (
        lambda: take(db, someone, -1),
        lambda: pay(db, someone, request, -1),
        lambda: pay(db, someone, request, 1, keep=-1),
    ):
        with pytest.raises(StatementFailed, match="less than nothing"):
            attempt()
    with pytest.raises(StatementFailed), db.transaction() as work:
        ledger.extend(work, someone.organization_id, request, -50)
    assert used(db, someone.organization_id)["user"] == (0, 50)


def test_an_extension_that_does_not_fit_takes_nothing(db, person):
    someone = person(budget=100)
    request = take(db, someone, 60)
    with pytest.raises(BudgetExceeded), db.transaction() as work:
        ledger.extend(work, someone.organization_id, request, 41)
    with db.transaction() as work:
        assert ledger.extend(work, someone.organization_id, request, 40) == 100
    assert proof(db) == []


def test_a_raise_during_many_holds_lets_exactly_the_new_limit_through(db, person, connect):
    someone = person(budget=50, role="admin")
    taken, start = [], threading.Barrier(9)

    def spender():
        own = Database(connect)
        start.wait()
        for _ in range(25):
            try:
                take(own, someone, 1)
                taken.append(1)
            except BudgetExceeded:
                pass
        own.discard()

    threads = [threading.Thread(target=spender) for _ in range(8)]
    for thread in threads:
        thread.start()
    start.wait()
    with db.transaction() as work:
        change_budget(work, someone.organization_id, "user", someone.user_id, 120, someone.user_id, "more of it")
    for thread in threads:
        thread.join()
    while True:
        try:
            take(db, someone, 1)
            taken.append(1)
        except BudgetExceeded:
            break
    assert len(taken) == 120
    assert proof(db) == []


class Counting:
    """A connection that counts how often it waits for the server."""

    def __init__(self, connection):
        self.connection, self.trips = connection, 0

    def __getattr__(self, name):
        return getattr(self.connection, name)

    def execute(self, *arguments, **options):
        self.trips += 1
        return self.connection.execute(*arguments, **options)

    def execute_simple(self, sql):
        self.trips += 1
        return self.connection.execute_simple(sql)


def test_a_hold_is_one_round_trip_and_so_is_a_settlement(connect, person):
    counting = Counting(connect())
    own, someone = Database(lambda: counting), person(budget=1_000_000)
    for expected in (1, 1):
        counting.trips = 0
        request = take(own, someone, 10)
        assert counting.trips == expected
        counting.trips = 0
        pay(own, someone, request, 5)
        assert counting.trips == expected
    counting.trips = 0
    with own.transaction() as work:  # inside a longer transaction: the statement, and the commit of all
        ledger.hold(work, someone.organization_id, someone.user_id, uuid.uuid4().hex, 10, "test")
    assert counting.trips == 2
    own.discard()

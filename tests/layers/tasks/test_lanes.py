"""Who comes next: priorities order, organizations and owners take turns by cost, and a backlog delays nobody else."""

import time

import pytest

from assistant.tasks import lanes
from assistant.tasks.claim import claim_next
from assistant.tasks.lanes import AGED_SECONDS, CLAIM, claim_parameters
from assistant.tasks.run import run_ticket
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from tests.layers.tasks.conftest import HELD, TYPE, caller_of, nothing, state

BACKLOG = 10_000


@pytest.fixture(autouse=True)
def fresh_lanes(db, monkeypatch):
    monkeypatch.setattr(lanes, "AGED_SHARE", 0.0)  # where ageing is not the point
    with db.transaction() as work:
        work.run("DELETE FROM task_shares")
        work.run("DELETE FROM task_owners")


@pytest.fixture
def priced(db):
    def make(person, held=HELD, priority=Priority.normal, **more):
        with db.transaction() as work:
            return submit(work, caller_of(person), TYPE, {"topic": "t"}, priority, held, None, **more)

    return make


@pytest.fixture
def backlog(db):
    """Puts ten thousand tasks of a person into the queue, as submitting each would."""

    def make(person, priority=Priority.normal):
        with db.transaction() as work:
            work.run(
                """INSERT INTO tasks (organization_id, user_id, task_type, priority, args, request_hash, held, turn,
                                      ticketed_at)
                   SELECT CAST(:organization AS uuid), CAST(:user AS uuid), :type, :priority, '{}', '-', :held,
                          n * CAST(:weight AS bigint), now() FROM generate_series(0, :count - 1) AS n""",
                organization=person.organization_id,
                user=person.user_id,
                type=TYPE,
                priority=int(priority),
                held=HELD,
                weight=HELD + lanes.FLOOR,
                count=BACKLOG,
            )
        return person

    return make


def claimed(db):
    return claim_next(db, TYPE).task


def owners(db, count):
    return [claimed(db).user_id for _ in range(count)]


def test_priorities_order_whoever_asks(db, person, priced):
    people = [person() for _ in range(3)]
    for priority in (Priority.low, Priority.high, Priority.normal, Priority.urgent):
        for someone in people:
            priced(someone, priority=priority)
    assert [claimed(db).priority for _ in range(12)] == [3] * 3 + [2] * 3 + [1] * 3 + [0] * 3


def test_the_tasks_of_one_owner_and_priority_keep_their_order(db, person, priced):
    someone = person()
    expected = [priced(someone).task_id for _ in range(10)]
    assert [claimed(db).task_id for _ in range(10)] == expected


def test_owners_of_an_organization_take_turns_by_what_they_ask_for(db, person, priced):
    """Who asks for tasks three times as dear gets a third as many, however few run at once."""
    dear = person()
    cheap = person(dear.organization_id)
    for _ in range(30):
        priced(dear, 3 * HELD + 2 * lanes.FLOOR)
        priced(cheap, HELD)
    order = []
    for _ in range(24):
        claim = claim_next(db, TYPE)
        order.append(claim.task.user_id)
        claim.complete(lambda work: {})  # one in flight at a time: what runs tells nothing
    assert 5 <= order.count(dear.user_id) <= 7


def test_organizations_share_alike_however_many_people_they_have(db, person, priced):
    large = [person()]
    large += [person(large[0].organization_id) for _ in range(9)]
    small = person()
    for _ in range(5):
        for someone in large:
            priced(someone)
    for _ in range(20):
        priced(small)
    assert 9 <= owners(db, 20).count(small.user_id) <= 11


def test_who_was_away_neither_owes_nor_has_saved_up(db, person, priced):
    steady, returning = person(), person()
    for _ in range(40):
        priced(steady)
    owners(db, 20)
    for _ in range(20):
        priced(returning)
    assert 9 <= owners(db, 20).count(returning.user_id) <= 11


@pytest.mark.parametrize("same_organization", [True, False])
def test_ten_thousand_tasks_of_one_owner_delay_another_by_one(db, person, priced, backlog, same_organization):
    loud = backlog(person())
    quiet = person(loud.organization_id if same_organization else None)
    mine = [priced(quiet).task_id for _ in range(5)]
    order = [claimed(db).task_id for _ in range(11)]
    assert [order.index(task_id) for task_id in mine] == pytest.approx([1, 3, 5, 7, 9], abs=1)


TOUCHED = """SELECT CAST(coalesce(max(seq_scan), 0) AS int) AS seq_scan,
    CAST(coalesce(max(idx_tup_fetch), 0) AS int) AS fetched,
    (SELECT CAST(coalesce(sum(pg_stat_get_xact_tuples_returned(indexrelid)), 0) AS int) FROM pg_index
     WHERE indrelid = CAST('tasks' AS regclass)) AS entries
    FROM pg_stat_xact_user_tables WHERE relname = 'tasks'"""


@pytest.mark.parametrize("analyzed", [False, True])
def test_a_claim_reads_the_heads_of_the_lanes_and_not_ten_thousand_rows(
    db, person, priced, backlog, postgres, database_name, analyzed
):
    """Also when the statistics are of an empty table: a burst of submissions is quicker than autovacuum."""
    owner = postgres.connect(database_name)
    owner.execute_simple("VACUUM ANALYZE tasks")
    backlog(person())
    for _ in range(20):
        priced(person())
    if analyzed:
        owner.execute_simple("VACUUM ANALYZE tasks")
    owner.close()
    with db.work(autocommit=False) as work:
        [before] = work.run(TOUCHED)  # what the session has not reported of earlier transactions is in it too
        [claimed] = work.run(CLAIM, **claim_parameters(TYPE))
        [after] = work.run(TOUCHED)
    touched = {name: count - before[name] for name, count in after.items()}
    assert claimed["status"] == "running"
    assert touched["seq_scan"] == 0
    assert touched["fetched"] < 200, f"{touched} of tasks for one of 21 lanes"
    assert touched["entries"] < 400, f"{touched} of tasks for one of 21 lanes"


def test_a_claim_is_as_quick_before_ten_thousand_tasks_as_before_one(db, person, priced, backlog):
    def seconds(count):
        times = []
        for _ in range(count):
            started = time.perf_counter()
            claimed(db)
            times.append(time.perf_counter() - started)
        return sorted(times)[count // 2]

    someone = person()
    for _ in range(20):
        priced(someone)
    alone = seconds(15)
    backlog(person())
    assert seconds(15) < 3 * alone + 0.005


def test_what_has_waited_too_long_gets_its_share_whatever_its_priority(db, person, priced, monkeypatch):
    monkeypatch.setattr(lanes, "AGED_SHARE", 0.2)
    old = priced(person(), priority=Priority.low)
    with db.transaction() as work:
        work.run(
            """UPDATE tasks SET queued_at = now() - make_interval(secs => :s) WHERE task_id = CAST(:id AS uuid)""",
            s=AGED_SECONDS + 1,
            id=old.task_id,
        )
    loud = person()
    for _ in range(60):
        priced(loud, priority=Priority.urgent)
    order = [claimed(db).task_id for _ in range(60)]
    assert old.task_id in order  # one in five: that it is not within 60 happens once in 600,000 runs


def test_what_waits_for_its_moment_is_in_nobodys_way(db, person, priced, tickets):
    from datetime import timedelta

    from assistant.platform.clock import utc_now

    later = priced(person(), run_at=utc_now() + timedelta(hours=1), priority=Priority.urgent)
    soon = priced(person(), run_at=utc_now() + timedelta(seconds=30), priority=Priority.high)
    assert [task_id for task_id, _ in tickets] == [soon.task_id]
    assert 25 <= tickets[0][1] <= 31
    now = priced(person(), priority=Priority.low)
    assert claimed(db).task_id == now.task_id
    assert claim_next(db, TYPE) is None
    with db.transaction() as work:
        work.run("UPDATE tasks SET not_before = now() WHERE task_id = CAST(:id AS uuid)", id=later.task_id)
    assert run_ticket(db, TYPE, nothing) == later.task_id
    assert state(db, soon).status == "queued"

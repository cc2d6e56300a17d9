"""A task's life: claimed once, fenced, cancelled, retried; its effects and its charge happen once."""

import threading

import pytest

from assistant.budget.proof import discrepancies
from assistant.llm import calls
from assistant.llm.port import Usage
from assistant.platform.db import Database
from assistant.platform.errors import Conflict, Invalid, NotFound, Unavailable
from assistant.tasks import read
from assistant.tasks.cancel import cancel
from assistant.tasks.claim import LeaseLost, claim_next
from assistant.tasks.run import run_ticket
from assistant.tasks.sweep import release_expired
from assistant.tasks.task import Priority
from tests.layers.tasks.conftest import TYPE, caller_of, expire, nothing, state


def test_a_strangers_task_is_not_there(db, person, submitted):
    task = submitted(person())
    for stranger in (person(), person(task.organization_id)):
        with db.reading() as work, pytest.raises(NotFound):
            read.get_task(work, caller_of(stranger), task.task_id)
        with pytest.raises(NotFound), db.transaction() as work:
            cancel(work, caller_of(stranger), task.task_id)
    assert state(db, task).status == "queued"


def test_an_administrator_sees_the_tasks_of_the_own_organization_only(db, person, submitted):
    task = submitted(person())
    with db.reading() as work:
        assert read.get_task(work, caller_of(person(task.organization_id, role="admin")), task.task_id) == task
    with db.reading() as work, pytest.raises(NotFound):
        read.get_task(work, caller_of(person(role="admin")), task.task_id)


def test_one_ticket_runs_one_task_and_the_next_finds_nothing(db, person, submitted):
    task = submitted(person())
    assert run_ticket(db, TYPE, nothing) == task.task_id
    assert run_ticket(db, TYPE, nothing) is None
    done = state(db, task)
    assert (done.status, done.stage, done.progress, done.attempts) == ("completed", "done", 100, 1)
    assert done.result["done"] is True


def test_a_task_without_calls_costs_nothing_and_frees_its_hold(db, person, submitted):
    run_ticket(db, TYPE, nothing)
    task = submitted(person())
    run_ticket(db, TYPE, nothing)
    assert state(db, task).cost == 0
    with db.reading() as work:
        [hold] = work.run("SELECT state, settled FROM holds WHERE request_id = :id", id=task.task_id)
        assert (hold["state"], hold["settled"]) == ("released", 0)
        assert discrepancies(work) == []


def test_higher_priority_runs_first_then_the_owner_with_less_running_then_age(db, person, submitted):
    busy, idle = person(), person()
    low = submitted(idle, Priority.low)
    first, second, other = submitted(busy), submitted(busy), submitted(idle)
    urgent = submitted(busy, Priority.urgent)
    order = [claim_next(db, TYPE).task.task_id for _ in range(5)]
    assert order == [task.task_id for task in (urgent, other, first, second, low)]


def test_many_workers_claim_each_task_once(db, person, submitted, connect):
    someone = person()
    expected = sorted(submitted(someone).task_id for _ in range(30))
    claimed, start = [], threading.Barrier(8)

    def worker():
        own = Database(connect)
        start.wait()
        while claim := claim_next(own, TYPE):
            claimed.append(claim.task.task_id)
        own.discard()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == expected


def test_a_worker_that_lost_its_lease_writes_nothing(db, person, submitted):
    task = submitted(person())
    slow = claim_next(db, TYPE)
    expire(db, task)
    assert release_expired(db) == 1
    quick = claim_next(db, TYPE)
    stored = []
    with pytest.raises(LeaseLost):
        slow.complete(lambda work: stored.append(work) or {"by": "slow"})
    with pytest.raises(LeaseLost):
        slow.reach("generating", 50)
    assert stored == []
    quick.complete(lambda work: {"by": "quick"})
    done = state(db, task)
    assert (done.result["by"], done.attempts, done.fence) == ("quick", 2, quick.task.fence)


def test_effects_and_completion_are_one(db, person, submitted):
    task = submitted(person())

    def perform(database, claim):
        def store(work):
            work.run("UPDATE tasks SET error = '{\"half\": true}' WHERE task_id = CAST(:id AS uuid)", id=task.task_id)
            raise Unavailable("the database went away")

        return store

    run_ticket(db, TYPE, perform)
    assert state(db, task).status == "queued"
    assert state(db, task).error["code"] == "unavailable"


def test_a_waiting_task_is_cancelled_at_once_and_for_nothing(db, person, submitted):
    someone = person()
    task = submitted(someone)
    with db.transaction() as work:
        assert cancel(work, caller_of(someone), task.task_id).status == "cancelled"
    assert claim_next(db, TYPE) is None
    with pytest.raises(Conflict), db.transaction() as work:
        cancel(work, caller_of(someone), task.task_id)
    with db.reading() as work:
        assert work.one("SELECT state FROM holds WHERE request_id = :id", id=task.task_id)["state"] == "released"


def test_a_running_task_hears_the_wish_at_its_next_beat_and_pays_what_it_used(db, person, submitted):
    someone = person()
    task = submitted(someone)

    def perform(database, claim):
        with database.transaction() as work:
            call = calls.begin_call(work, task.organization_id, task.user_id, task.task_id, TYPE, "local", "m", 500)
            calls.finish_call(work, task.organization_id, call, Usage(10, 20), 321, "cancelled", 1, 2)
            assert cancel(work, caller_of(someone), task.task_id).status == "running"
        claim.beat(40, now=True)
        raise AssertionError("the beat must have stopped it")

    run_ticket(db, TYPE, perform)
    ended = state(db, task)
    assert (ended.status, ended.cost) == ("cancelled", 321)
    with db.reading() as work:
        assert discrepancies(work) == []


def test_what_may_succeed_later_is_tried_again_and_in_the_end_dead(db, person, submitted, tickets):
    task = submitted(person())

    def failing(database, claim):
        raise Unavailable("not now")

    delays = []
    for attempt in range(1, 6):
        tickets.clear()
        assert run_ticket(db, TYPE, failing) == task.task_id
        assert state(db, task).attempts == attempt
        delays += [delay for _, delay in tickets]
        with db.transaction() as work:
            work.run("UPDATE tasks SET not_before = now()")
    assert state(db, task).status == "dead"
    assert delays == sorted(delays)
    assert len(delays) == 4
    assert min(delays) >= 2
    assert run_ticket(db, TYPE, failing) is None


def test_what_cannot_succeed_fails_at_once_with_the_reason(db, person, submitted):
    task = submitted(person())

    def refused(database, claim):
        raise Invalid("the sources are empty")

    run_ticket(db, TYPE, refused)
    ended = state(db, task)
    assert (ended.status, ended.error["code"], ended.error["detail"]) == ("failed", "invalid", "the sources are empty")


def test_a_crash_is_tried_again_without_telling_its_inside(db, person, submitted):
    task = submitted(person())

    def crashing(database, claim):
        raise KeyError("password=hunter2")

    run_ticket(db, TYPE, crashing)
    assert state(db, task).status == "queued"
    assert "hunter2" not in str(state(db, task).error)

"""Work that is longer than a sandbox lives goes on in the next one, from its checkpoint, and no attempt is counted."""

import pytest

from assistant.platform import clock
from assistant.tasks.run import run_ticket
from tests.layers.tasks.conftest import TYPE, state

STEPS = 6


@pytest.fixture
def time_passes(monkeypatch):
    """A clock that is moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: now[0])

    def move(seconds):
        now[0] += seconds

    return move


def in_steps(time_passes, done, seconds=200):
    """Work of six steps, each saved."""

    def perform(database, claim):
        finished = claim.task.checkpoint.get("finished", 0)
        while finished < STEPS:
            claim.reach("generating", 10 * finished)
            time_passes(seconds)
            done.append(finished)
            finished += 1
            with database.transaction() as work:
                claim.save(work, {"finished": finished})
        return lambda work: {"finished": finished}

    return perform


def test_it_stops_at_a_checkpoint_and_goes_on_at_once(db, person, submitted, tickets, time_passes):
    task = submitted(person())
    tickets.clear()
    done, runs = [], 0
    while state(db, task).status != "completed":
        with clock.ends_in(900):
            assert run_ticket(db, TYPE, in_steps(time_passes, done)) == task.task_id
        runs += 1
        if state(db, task).status == "queued":
            assert (state(db, task).attempts, state(db, task).slices) == (0, runs)
            assert tickets.pop() == (task.task_id, 0)
    ended = state(db, task)
    assert done == list(range(STEPS))  # no step twice
    assert (runs, ended.slices, ended.attempts, ended.result["finished"]) == (2, 1, 1, STEPS)


def test_without_a_deadline_it_runs_through(db, person, submitted, time_passes):
    task = submitted(person())
    run_ticket(db, TYPE, in_steps(time_passes, []))
    assert (state(db, task).status, state(db, task).slices) == ("completed", 0)


def test_a_run_that_saves_nothing_counts_and_ends_in_the_end(db, person, submitted, time_passes):
    task = submitted(person())

    def endless(database, claim):
        while True:
            time_passes(100)
            claim.beat(1)

    for attempt in range(1, 6):
        with clock.ends_in(900):
            run_ticket(db, TYPE, endless)
        assert state(db, task).attempts == attempt
    assert (state(db, task).status, state(db, task).error["code"]) == ("dead", "no_progress")


def test_a_step_that_is_longer_than_what_is_left_is_not_begun(db, person, submitted, time_passes):
    """After a step of 400 seconds another one needs 600, so one is done in each run."""
    task = submitted(person())
    done = []
    with clock.ends_in(900):
        run_ticket(db, TYPE, in_steps(time_passes, done, seconds=400))
    assert done == [0]
    assert state(db, task).status == "queued"

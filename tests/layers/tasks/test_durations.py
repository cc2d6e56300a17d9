"""What is said of a task's end comes true nine times in ten."""

import random

import pytest

from assistant.tasks.durations import Duration, expected, interval, remaining
from tests.layers.tasks.conftest import TYPE, state


def store(db, task, seconds):
    """Finished copies of a task, which took so long."""
    with db.transaction() as work:
        work.run(
            """INSERT INTO tasks (organization_id, user_id, task_type, args, request_hash, status, started_at,
                                  finished_at)
               SELECT organization_id, user_id, task_type, args, '-', 'completed',
                      now() - make_interval(secs => taken), now()
               FROM tasks, unnest(CAST(:seconds AS float8[])) AS taken WHERE task_id = CAST(:id AS uuid)""",
            seconds=seconds,
            id=task.task_id,
        )


@pytest.mark.parametrize(
    "draw", [lambda r: r.lognormvariate(3, 1), lambda r: r.uniform(1, 2), lambda r: r.paretovariate(1.2)]
)
def test_the_interval_holds_nine_in_ten_whatever_durations_are_like(draw):
    source = random.Random(7)
    held = trials = 0
    for _ in range(400):
        low, high = interval(sorted(draw(source) for _ in range(60)))
        new = [draw(source) for _ in range(10)]
        held += sum(low <= seconds <= high for seconds in new)
        trials += len(new)
    assert 0.885 <= held / trials <= 0.94


def test_of_stored_tasks_too_measured_on_those_that_come_after(db, person, submitted):
    source = random.Random(11)
    held = trials = 0
    for _ in range(8):
        with db.transaction() as work:
            work.run("DELETE FROM tasks")
        task = submitted(person())
        store(db, task, [source.lognormvariate(3, 0.8) for _ in range(199)])
        with db.reading() as work:
            told = expected(work, TYPE)
        new = [source.lognormvariate(3, 0.8) for _ in range(200)]
        held += sum(told.low <= seconds <= told.high for seconds in new)
        trials += len(new)
        assert told.low < told.seconds < told.high
    assert 0.86 <= held / trials <= 0.95


def test_too_few_give_a_middle_and_no_interval_none_gives_nothing(db, person, submitted):
    task = submitted(person())
    with db.reading() as work:
        assert expected(work, TYPE) is None
        assert remaining(work, task) is None
    store(db, task, [10.0] * 18)
    with db.reading() as work:
        assert expected(work, TYPE) == Duration(10.0, None, None)
    store(db, task, [10.0])
    with db.reading() as work:
        assert expected(work, TYPE) == Duration(10.0, 10.0, 10.0)


def test_a_running_task_is_compared_with_those_that_took_longer(db, person, submitted):
    task = submitted(person())
    store(db, task, [5.0] * 50 + [65.0] * 50)
    with db.transaction() as work:
        work.run(
            """UPDATE tasks SET status = 'running', started_at = now() - interval '30 seconds'
               WHERE task_id = CAST(:id AS uuid)""",
            id=task.task_id,
        )
    with db.reading() as work:
        told = remaining(work, state(db, task))
    assert told.seconds == pytest.approx(35, abs=2)


def test_a_waiting_one_waits_for_those_before_it(db, person, submitted):
    someone = person()
    first, second = submitted(someone), submitted(someone)
    store(db, first, [10.0] * 20)  # twenty in five minutes: one every fifteen seconds
    with db.reading() as work:
        assert remaining(work, second).seconds == pytest.approx(25, abs=1)

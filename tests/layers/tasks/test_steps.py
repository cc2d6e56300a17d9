"""What a task costs in round trips, and how several tickets of one batch are worked off."""

import pytest

from assistant.platform.errors import Invalid
from assistant.tasks.claim import claim_next
from assistant.tasks.run import run_ticket, run_tickets
from tests.layers.tasks.conftest import TYPE, nothing, state

TICKETS = 10


@pytest.fixture
def packets(db, monkeypatch):
    """Counts what is sent to PostgreSQL and waited for; BEGIN and COMMIT ride in a statement's packet or count."""
    sent, connection = [], db.connection()
    for name in ("execute", "execute_simple"):
        kept = getattr(connection, name)
        monkeypatch.setattr(
            connection,
            name,
            lambda sql, *more, kept=kept, **named: (sent.append(sql), kept(sql, *more, **named))[1],
            raising=False,
        )
    return sent


def test_a_submission_is_one_round_trip(packets, submitted, person):
    someone = person()
    packets.clear()
    submitted(someone)
    assert len(packets) == 1, packets


def test_a_task_is_three_round_trips(packets, db, submitted, person):
    """The claim, the bill, the end; what the work itself stores comes on top."""
    submitted(person())
    packets.clear()
    assert run_ticket(db, TYPE, nothing)
    assert len(packets) == 3, packets


def test_in_a_batch_the_end_of_one_claims_the_next(packets, db, submitted, person):
    tasks = [submitted(person()) for _ in range(TICKETS)]
    packets.clear()
    assert run_tickets(db, TYPE, nothing, TICKETS) == TICKETS
    assert len(packets) == 2 * TICKETS + 1, packets
    assert {state(db, task).status for task in tasks} == {"completed"}


def test_tickets_that_find_nothing_are_done_with(db, submitted, person):
    task = submitted(person())
    assert run_tickets(db, TYPE, nothing, TICKETS) == TICKETS
    assert state(db, task).status == "completed"
    assert run_tickets(db, TYPE, nothing, TICKETS) == TICKETS


@pytest.mark.parametrize("error", [Invalid("poison"), KeyError("poison")])
def test_a_poison_task_in_a_batch_of_ten_delays_nobody(db, submitted, person, error):
    tasks = [submitted(person()) for _ in range(TICKETS)]
    poison, begun = tasks[4].task_id, []

    def perform(database, claim):
        begun.append(claim.task.task_id)
        if claim.task.task_id == poison:
            raise error
        return lambda work: {}

    assert run_tickets(db, TYPE, perform, TICKETS) == TICKETS
    assert len(begun) == TICKETS  # each once, in this same batch
    assert [state(db, task).status == "completed" for task in tasks] == [task.task_id != poison for task in tasks]


def test_an_end_that_is_refused_claims_nothing(db, submitted, person):
    first, second = submitted(person()), submitted(person())
    claim = claim_next(db, TYPE)
    other = second if claim.task.task_id == first.task_id else first
    with pytest.raises(RuntimeError):
        claim.complete(lambda work: (_ for _ in ()).throw(RuntimeError("not stored")), more=True)
    assert state(db, other).status == "queued"

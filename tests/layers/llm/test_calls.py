"""The log of calls: every transition once, every statement within its organisation."""

import uuid

import pytest

from assistant.llm.calls import Totals, begin_call, finish_call, mark_unknown, totals
from assistant.llm.port import Usage


@pytest.fixture
def ada(person):
    return person()


def begin(work, who, request_id, reserved=1000):
    return begin_call(work, who.organization_id, who.user_id, request_id, "generate_rfc", "local", "m", reserved)


def row_of(db, call_id):
    with db.reading() as work:
        return work.one("SELECT * FROM llm_calls WHERE call_id = CAST(:call_id AS uuid)", call_id=call_id)


@pytest.fixture
def request_id():
    return uuid.uuid4().hex


def test_a_call_from_start_to_end(db, ada, request_id):
    with db.transaction() as work:
        call_id = begin(work, ada, request_id)
    with db.transaction() as work:
        assert totals(work, ada.organization_id, request_id) == Totals(1, 0, 1000, 0, 0)
        assert finish_call(work, ada.organization_id, call_id, Usage(42, 9), 77, "succeeded", 120, 900)
        assert totals(work, ada.organization_id, request_id) == Totals(1, 77, 0, 42, 9)
    row = row_of(db, call_id)
    assert (row["first_token_ms"], row["duration_ms"], row["outcome"]) == (120, 900, "succeeded")
    assert row["finished_at"] >= row["created_at"]


def test_a_finished_call_is_finished_once(db, ada, request_id):
    with db.transaction() as work:
        call_id = begin(work, ada, request_id)
        assert finish_call(work, ada.organization_id, call_id, Usage(1, 1), 5, "cancelled", None, 10)
    with db.transaction() as work:
        assert not finish_call(work, ada.organization_id, call_id, Usage(9, 9), 50, "succeeded", 1, 1)
        assert mark_unknown(work, ada.organization_id, request_id) == 0
        assert totals(work, ada.organization_id, request_id) == Totals(1, 5, 0, 1, 1)


def test_calls_of_a_dead_process_become_unknown_and_stay_counted(db, ada, request_id):
    with db.transaction() as work:
        done, lost = begin(work, ada, request_id), begin(work, ada, request_id, 300)
        finish_call(work, ada.organization_id, done, Usage(1, 1), 5, "succeeded", 1, 1)
        other = begin(work, ada, uuid.uuid4().hex)
        assert mark_unknown(work, ada.organization_id, request_id) == 1
        assert mark_unknown(work, ada.organization_id, request_id) == 0
        assert totals(work, ada.organization_id, request_id) == Totals(2, 5, 300, 1, 1)
    assert row_of(db, other)["outcome"] == "started"
    with db.transaction() as work:  # the bill came after all
        assert finish_call(work, ada.organization_id, lost, Usage(40, 5), 33, "succeeded", None, None)
        assert totals(work, ada.organization_id, request_id) == Totals(2, 38, 0, 41, 6)


def test_an_unknown_outcome_has_no_cost_and_a_known_one_has(db, ada, request_id):
    with db.transaction() as work:
        call_id = begin(work, ada, request_id)
        with pytest.raises(ValueError, match="exactly when"):
            finish_call(work, ada.organization_id, call_id, None, 5, "unknown", None, None)
        with pytest.raises(ValueError, match="exactly when"):
            finish_call(work, ada.organization_id, call_id, None, None, "failed", None, None)
        assert finish_call(work, ada.organization_id, call_id, None, None, "unknown", None, 30)
        assert totals(work, ada.organization_id, request_id).reserved == 1000


def test_another_organization_sees_and_changes_nothing(db, ada, person, request_id):
    stranger = person()
    with db.transaction() as work:
        call_id = begin(work, ada, request_id)
    with db.transaction() as work:
        assert totals(work, stranger.organization_id, request_id) == Totals(0, 0, 0, 0, 0)
        assert not finish_call(work, stranger.organization_id, call_id, Usage(1, 1), 1, "failed", None, None)
        assert mark_unknown(work, stranger.organization_id, request_id) == 0
    assert row_of(db, call_id)["outcome"] == "started"

"""Measuring the search: numbers of this run, and recommendations that follow from them."""

import pytest

from assistant.identity.caller import Caller
from assistant.learning import measure
from assistant.platform import objects
from assistant.search.documents import store_document
from assistant.search.uploads import Upload

FUNCTION = "learning.optimize_search"


@pytest.fixture
def admin(person, db, monkeypatch):
    monkeypatch.setattr(objects, "put", lambda *_: None)
    admin = person(role="admin")
    caller = Caller(admin.user_id, admin.organization_id, admin.role, frozenset(), "", admin.email)
    with db.transaction() as work:
        store_document(work, caller, Upload(b"Budgets are limits of teams.", "budgets.md", "text/markdown"))
    return admin


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call(FUNCTION, person()).status == 403


def test_it_measures_what_it_ran(call, admin):
    answer = call(FUNCTION, admin, json_body={"queries": ["budgets", "unicorns"], "repetitions": 3})
    assert answer.status == 200, answer.body
    found = answer.body
    assert (found["searches"], found["hit_rate"], found["without_results"]) == (8, 0.5, ["unicorns"])
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"]
    assert found["queries_per_second"] > 0
    assert "1 of 2 queries found nothing" in [one["because"] for one in found["recommendations"]]


def test_without_queries_it_takes_the_organisations_own(call, admin):
    found = call(FUNCTION, admin).body
    assert (found["searches"], found["hit_rate"], found["recommendations"]) == (3, 1.0, [])


def test_slowness_is_recommended_on_and_the_time_is_kept(call, admin, monkeypatch):
    monkeypatch.setattr(measure, "SLOW_MS", 0.0)
    said = call(FUNCTION, admin, json_body={"queries": ["budgets"]}).body["recommendations"]
    assert any("database/optimize" in one["action"] for one in said)
    monkeypatch.setattr(measure, "SECONDS", 0.0)
    assert call(FUNCTION, admin, json_body={"queries": ["budgets"]}).body["complete"] is False


def test_nothing_to_search_for_is_a_conflict(call, person):
    assert call(FUNCTION, person(role="admin")).status == 409


def test_bad_input_is_named(call, admin):
    answer = call(FUNCTION, admin, json_body={"repetitions": 99})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/repetitions")

"""Clearing: one's own organisation's, by namespace or tag, and counted."""

import pytest

from assistant.platform.cache import Cache
from assistant.platform.valkey import Valkey


def test_an_anonymous_caller_is_refused(call):
    assert call("performance.clear_cache").status == 401


def test_a_user_is_refused(call, person):
    assert call("performance.clear_cache", person()).status == 403


def state(call, someone):
    return call("budget.get_budget_status", someone).headers["cache-status"]


@pytest.mark.parametrize("pattern", ["*", "budget_*", "budget_status", "budget_status:*"])
def test_clears_the_organization_s_entries_and_nobody_else_s(call, person, pattern):
    admin, stranger = person(role="admin"), person()
    for someone in (admin, stranger):
        assert "miss" in state(call, someone)
        assert state(call, someone) == "assistant; hit"
    answer = call("performance.clear_cache", admin, query=f"pattern={pattern}")
    assert (answer.status, answer.body["cleared"]) == (200, 1)
    assert "miss" in state(call, admin)
    assert state(call, stranger) == "assistant; hit"


def test_another_namespace_is_left_alone(call, person):
    admin = person(role="admin")
    state(call, admin)
    assert call("performance.clear_cache", admin, query="pattern=search_*").body["cleared"] == 0
    assert state(call, admin) == "assistant; hit"


def test_clears_by_tag(call, person):
    admin = person(role="admin")
    state(call, admin)
    assert call("performance.clear_cache", admin, query="pattern=tag:document:7").body["cleared"] is None
    assert state(call, admin) == "assistant; hit"
    call("performance.clear_cache", admin, query=f"pattern=tag:budget:{admin.user_id}")
    assert "miss" in state(call, admin)


def test_a_pattern_that_fits_nothing_is_told_what_there_is(call, person):
    answer = call("performance.clear_cache", person(role="admin"), query="pattern=sessions")
    assert answer.status == 422
    assert "budget_status" in answer.body["detail"]


def test_without_valkey_nothing_is_said_to_be_cleared(call, person, monkeypatch):
    without = Cache(Valkey())
    monkeypatch.setattr("functions.performance.clear_cache.cache", lambda: without)
    monkeypatch.setenv("CACHE_PORT", "1")
    assert call("performance.clear_cache", person(role="admin")).status == 503

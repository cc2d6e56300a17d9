"""What the caller has spent, held and left, as their own budget has it."""

from assistant.budget import ledger
from assistant.platform.cache import Cache
from assistant.platform.valkey import Valkey


def test_an_anonymous_caller_is_refused(call):
    answer = call("budget.get_budget_status")
    assert answer.status == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.body["code"] == "unauthenticated"
    assert "/api/v1/auth/login" in answer.body["detail"]


def test_nobody_sees_what_others_spent(call, person, db):
    spender, other = person(), person()
    with db.transaction() as work:
        ledger.hold(work, spender.organization_id, spender.user_id, "foreign-spend", 500, "test")
        ledger.settle(work, spender.organization_id, "foreign-spend", 500)
    assert call("budget.get_budget_status", other).body["current_usage"] == 0


def test_reports_what_is_spent_held_and_left(call, person, db):
    someone = person(budget=1_000_000)
    with db.transaction() as work:
        ledger.hold(work, someone.organization_id, someone.user_id, "status-1", 300_000, "test")
        ledger.settle(work, someone.organization_id, "status-1", 250_000)
        ledger.hold(work, someone.organization_id, someone.user_id, "status-2", 100_000, "test")
    answer = call("budget.get_budget_status", someone)
    assert answer.status == 200
    body = answer.body
    assert (body["budget_limit"], body["current_usage"], body["held"], body["remaining_budget"]) == (1, 0.25, 0.1, 0.65)
    assert (body["usage_percentage"], body["budget_status"], body["total_requests"]) == (25, "active", 2)
    assert body["resets_at"] > body["last_request"]


def test_a_user_without_a_budget_is_told_so(call, person, db):
    someone = person()
    with db.transaction() as work:
        work.run("DELETE FROM budgets WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    assert call("budget.get_budget_status", someone).status == 404


def test_is_answered_from_the_cache_until_something_is_held_or_charged(call, person, db):
    someone = person(budget=1_000_000)
    first = call("budget.get_budget_status", someone)
    again = call("budget.get_budget_status", someone)
    assert (first.headers["cache-status"], again.headers["cache-status"]) == (
        "assistant; fwd=miss; stored",
        "assistant; hit",
    )
    assert again.body == first.body
    for expected in ((0, 0.3), (0.25, 0), (0.25, 0)):
        with db.transaction() as work:
            if expected == (0, 0.3):
                ledger.hold(work, someone.organization_id, someone.user_id, f"c-{someone.user_id}", 300_000, "test")
            elif expected == (0.25, 0):
                ledger.settle(work, someone.organization_id, f"c-{someone.user_id}", 250_000)
        body = call("budget.get_budget_status", someone).body
        assert (body["current_usage"], body["held"]) == expected


def test_what_was_rolled_back_is_never_shown(call, person, db):
    someone = person(budget=1_000_000)
    call("budget.get_budget_status", someone)
    try:
        with db.transaction() as work:
            ledger.hold(work, someone.organization_id, someone.user_id, f"r-{someone.user_id}", 300_000, "test")
            assert call("budget.get_budget_status", someone).body["held"] == 0
            raise InterruptedError
    except InterruptedError:
        assert call("budget.get_budget_status", someone).body["held"] == 0


def test_an_extension_and_a_new_limit_are_seen_at_once(call, person, db):
    someone, admin = person(budget=1_000_000), None
    admin = person(someone.organization_id, role="admin")
    with db.transaction() as work:
        ledger.hold(work, someone.organization_id, someone.user_id, f"e-{someone.user_id}", 100_000, "test")
    assert call("budget.get_budget_status", someone).body["held"] == 0.1
    with db.transaction() as work:
        ledger.extend(work, someone.organization_id, f"e-{someone.user_id}", 50_000)
    assert call("budget.get_budget_status", someone).body["held"] == 0.15
    change = {"user_id": someone.user_id, "new_budget_limit": 7, "reason": "more work"}
    assert call("budget.update_budget", admin, json_body=change).status == 200
    assert call("budget.get_budget_status", someone).body["budget_limit"] == 7


def test_without_valkey_it_is_right_and_says_so(call, person, db, monkeypatch):
    without = Cache(Valkey())
    monkeypatch.setenv("CACHE_PORT", "1")
    monkeypatch.setattr("assistant.http.cached.cache", lambda: without)
    someone = person(budget=1_000_000)
    for held in (0, 0.1):
        answer = call("budget.get_budget_status", someone)
        assert (answer.body["held"], answer.headers["cache-status"]) == (held, "assistant; fwd=bypass")
        with db.transaction() as work:
            ledger.hold(work, someone.organization_id, someone.user_id, f"v-{someone.user_id}", 100_000, "test")

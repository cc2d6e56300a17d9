"""What the caller has spent, held and left, as their own budget has it."""

from assistant.budget import ledger


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

"""GET /api/v1/auth/budget."""

import pytest


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.get_own_budget").status == 401


def test_nobody_sees_what_others_spent(call, person, spend):
    ann = person()
    spend(person(ann.organization_id), "own-budget-other", 700_000)
    assert call("identity.get_own_budget", ann).body["usage"] == 0


@pytest.mark.parametrize(
    ("spent", "status"),
    [(0, "active"), (799_999, "active"), (800_000, "warning"), (950_000, "critical"), (1_000_000, "exceeded")],
)
def test_says_where_the_budget_stands(call, person, spend, spent, status):
    ann = person(budget=1_000_000)
    if spent:
        spend(ann, f"own-budget-{spent}", spent)
    body = call("identity.get_own_budget", ann).body
    assert (body["limit"], body["usage"], body["remaining"]) == (1.0, spent / 1e6, (1_000_000 - spent) / 1e6)
    assert (body["usage_percentage"], body["status"]) == (round(spent / 1e4, 2), status)


def test_a_user_without_a_budget_is_told_so(call, person, db):
    ann = person()
    with db.transaction() as work:
        work.run("DELETE FROM budgets WHERE owner_id = CAST(:id AS uuid)", id=ann.user_id)
    answer = call("identity.get_own_budget", ann)
    assert (answer.status, answer.body["code"]) == (404, "not_found")

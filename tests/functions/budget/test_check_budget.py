"""GET /api/v1/budget/check/{estimated_cost}."""

import pytest


def check(call, person, cost):
    return call("budget.check_budget", person, path={"estimated_cost": cost})


def test_an_anonymous_caller_is_refused(call):
    assert check(call, None, "1").status == 401


def test_what_fits_may_proceed_and_every_level_is_told(call, person, spend):
    someone = person(budget=1_000_000, organization_budget=5_000_000)
    spend(someone, 200_000)
    spend(someone, 100_000, settle=False)
    body = check(call, someone, "0.70").body
    assert body["can_proceed"] is True
    told = {level["level"]: level for level in body["levels"]}
    assert told["user"]["remaining"] == 0.7
    assert (told["user"]["limit"], told["user"]["spent"], told["user"]["held"]) == (1, 0.2, 0.1)
    assert told["organization"]["remaining"] == 4.7
    assert told["user"]["mode"] == "hard"
    assert told["user"]["resets_at"]


def test_what_does_not_fit_may_not_and_the_level_is_named(call, person, spend):
    someone = person(budget=1_000_000, organization_budget=300_000)
    body = check(call, someone, "0.300001").body
    assert body["can_proceed"] is False
    assert "organization" in body["reason"]
    assert check(call, someone, "0.3").body["can_proceed"] is True


def test_a_fraction_of_a_micro_dollar_counts_as_a_whole_one(call, person):
    someone = person(budget=1)
    assert check(call, someone, "0.000001").body["can_proceed"] is True
    assert check(call, someone, "0.0000011").body["can_proceed"] is False


def test_a_soft_budget_lets_through_and_says_so(call, person, rows):
    someone = person(budget=1_000_000)
    rows("UPDATE budgets SET mode = 'soft' WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    body = check(call, someone, "2").body
    assert body["can_proceed"] is True
    assert "user (soft)" in body["reason"]


def test_without_a_budget_nothing_fits(call, person, rows):
    someone = person()
    rows("DELETE FROM budgets WHERE owner_id = CAST(:id AS uuid)", id=someone.user_id)
    assert check(call, someone, "0").body["can_proceed"] is False


def test_what_others_spend_does_not_show_except_in_the_organization(call, person, spend):
    someone = person(organization_budget=1_000_000)
    colleague = person(someone.organization_id)
    spend(colleague, 400_000)
    spend(person(), 100_000)
    told = {level["level"]: level for level in check(call, someone, "0").body["levels"]}
    assert (told["user"]["spent"], told["organization"]["spent"]) == (0, 0.4)


@pytest.mark.parametrize("cost", ["-1", "abc", "NaN", "Infinity", "1e400", "1000000001"])
def test_what_is_no_cost_is_invalid(call, person, cost):
    assert check(call, person(), cost).status == 422

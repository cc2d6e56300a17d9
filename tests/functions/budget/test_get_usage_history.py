"""GET /api/v1/budget/usage-history."""

import datetime

import pytest

from assistant.budget import ledger
from assistant.llm import calls
from assistant.llm.port import Usage


def history(call, person, query=""):
    return call("budget.get_usage_history", person, query=query)


def charge(db, person, request_id, *calls_made, cost):
    with db.transaction() as work:
        ledger.hold(work, person.organization_id, person.user_id, request_id, cost, "test")
        for provider, price in calls_made:
            call = calls.begin_call(
                work, person.organization_id, person.user_id, request_id, "test", provider, "m", price
            )
            calls.finish_call(work, person.organization_id, call, Usage(1, 1), price, "succeeded", 1, 1)
    with db.transaction() as work:
        ledger.settle(work, person.organization_id, request_id, cost)


def test_an_anonymous_caller_is_refused(call):
    assert history(call, None).status == 401


def test_a_week_without_usage_is_seven_days_of_nothing(call, person):
    body = history(call, person()).body
    assert len(body["days"]) == 7
    assert (body["total_cost"], body["total_requests"]) == (0, 0)
    assert all(day["providers"] == {} for day in body["days"])


def test_each_day_has_its_cost_its_requests_and_its_providers(call, person, db):
    someone, other = person(), person()
    charge(db, someone, f"h1-{someone.user_id}", ("openai", 300), ("bedrock", 200), cost=500)
    charge(db, someone, f"h2-{someone.user_id}", ("openai", 50), cost=60)
    charge(db, other, f"h3-{other.user_id}", ("openai", 900), cost=900)
    body = history(call, someone, "days=3").body
    assert len(body["days"]) == 3
    today = body["days"][-1]
    assert (today["cost"], today["requests"]) == (0.00056, 2)
    assert today["providers"] == {
        "openai": {"cost": 0.00035, "calls": 2},
        "bedrock": {"cost": 0.0002, "calls": 1},
        "other": {"cost": 0.00001, "calls": 0},
    }
    assert body["total_cost"] == call("budget.get_budget_status", someone).body["current_usage"]


def test_the_day_is_the_one_of_the_organizations_clock(call, person, db, rows):
    someone = person()
    zone = "Pacific/Kiritimati"  # UTC+14
    rows("UPDATE organizations SET time_zone = :zone WHERE organization_id = CAST(:id AS uuid)", zone=zone,
         id=someone.organization_id)  # fmt: skip
    charge(db, someone, f"tz-{someone.user_id}", cost=10)
    there = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=14))).date()
    today = history(call, someone, "days=1").body["days"]
    assert [(day["date"], day["cost"]) for day in today] == [(there.isoformat(), 0.00001)]


@pytest.mark.parametrize("query", ["days=0", "days=91", "days=x"])
def test_more_than_ninety_days_is_invalid(call, person, query):
    assert history(call, person(), query).status == 422


def test_ninety_days_is_not(call, person):
    assert len(history(call, person(), "days=90").body["days"]) == 90


def test_a_charge_is_seen_although_the_answer_is_kept(call, person, spend):
    someone = person()
    assert call("budget.get_usage_history", someone).body["total_cost"] == 0
    assert call("budget.get_usage_history", someone).headers["cache-status"] == "assistant; hit"
    spend(someone, 250_000)
    assert call("budget.get_usage_history", someone).body["total_cost"] == 0.25

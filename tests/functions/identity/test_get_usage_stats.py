"""GET /api/v1/auth/usage-stats."""

import pytest

from assistant.budget import ledger
from assistant.llm import calls


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.get_usage_stats").status == 401


def test_nobody_used_anything_yet(call, person):
    body = call("identity.get_usage_stats", person()).body
    assert body == {"days": 30, "total_requests": 0, "total_cost": 0, "features": []}


def test_requests_and_cost_by_feature_add_up_to_the_ledger(call, person, spend, db):
    ann = person()
    spend(ann, "usage-1", 300_000, "generate_rfc")
    spend(ann, "usage-2", 200_000, "generate_rfc")
    spend(ann, "usage-3", 50_000, "search")
    spend(person(ann.organization_id), "usage-4", 999_999, "search")
    with db.transaction() as work:
        for request in ("usage-1", "usage-1", "usage-3"):
            feature = "search" if request == "usage-3" else "generate_rfc"
            who = (ann.organization_id, ann.user_id, request, feature)
            calls.begin_call(work, *who, "local", "model", 1)
        work.run(
            "UPDATE llm_calls SET input_tokens = 100, output_tokens = 10 WHERE user_id = CAST(:id AS uuid)",
            id=ann.user_id,
        )
        ledger.hold(work, ann.organization_id, ann.user_id, "usage-5", 10, "chat")  # not charged yet
        [booked] = work.run(
            """SELECT sum(e.amount) AS amount FROM ledger_entries e JOIN budgets b USING (budget_id)
               WHERE b.owner_id = CAST(:id AS uuid) AND e.to_account = 'spent'""",
            id=ann.user_id,
        )
    body = call("identity.get_usage_stats", ann, query="days=7").body
    assert (body["days"], body["total_requests"], body["total_cost"]) == (7, 3, 0.55)
    assert body["total_cost"] == float(booked["amount"]) / 1e6
    assert body["features"] == [
        {"feature": "generate_rfc", "requests": 2, "cost": 0.5, "calls": 2, "input_tokens": 200, "output_tokens": 20},
        {"feature": "search", "requests": 1, "cost": 0.05, "calls": 1, "input_tokens": 100, "output_tokens": 10},
    ]


@pytest.mark.parametrize("days", ["0", "-1", "366", "x", "1.5", "9" * 30])
def test_a_wrong_number_of_days_is_named(call, person, days):
    answer = call("identity.get_usage_stats", person(), query=f"days={days}")
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "query/days")

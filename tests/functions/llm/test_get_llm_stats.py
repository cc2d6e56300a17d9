"""Every number is a sum over known rows."""

import pytest

from assistant.llm.settings import set_routing_strategy


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.get_llm_stats").status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    answer = call("llm.get_llm_stats", person())
    assert (answer.status, answer.body["missing_scopes"]) == (403, ["admin"])


@pytest.mark.parametrize("days", ["0", "366", "x"])
def test_bad_days_are_named(call, person, days):
    answer = call("llm.get_llm_stats", person(role="admin"), query=f"days={days}")
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "query/days")


def test_zeros_when_nothing_was_called(call, person):
    body = call("llm.get_llm_stats", person(role="admin")).body
    assert (body["strategy"], body["total_requests"], body["total_cost"], body["providers"]) == ("priority", 0, 0, [])


def test_the_sums_of_known_rows(call, person, made, db):
    admin = person(role="admin")
    colleague, stranger = person(admin.organization_id), person()
    made(admin, "a", cost=100, usage=(10, 5, 4, 2))
    made(colleague, "a", cost=250, usage=(20, 7))
    made(admin, "a", "cancelled", cost=400, usage=(1, 2))
    made(admin, "a", "failed", cost=0, usage=(0, 0), error_code="model_throttled")
    made(admin, "a", "failed", cost=0, usage=(0, 0), error_code="model_throttled")
    made(admin, "b", "unknown", reserved=900, error_code="model_timeout")
    made(admin, "b", "started")
    made(stranger, "a", cost=1_000_000)
    with db.transaction() as work:
        set_routing_strategy(work, admin.organization_id, admin.user_id, "round_robin", "")
    body = call("llm.get_llm_stats", admin).body
    assert body == {
        "strategy": "round_robin",
        "days": 30,
        "total_requests": 7,
        "total_cost": 0.00075,
        "total_tokens": 45,
        "total_errors": 3,
        "providers": [
            {"provider": "a", "model": "m", "requests": 5, "succeeded": 2, "cancelled": 1, "failed": 2, "lost": 0,
             "running": 0, "cost": 0.00075, "held_for_lost_calls": 0, "saved_by_cancelling": 0.0006,
             "input_tokens": 31, "output_tokens": 14, "cached_tokens": 4, "written_tokens": 2,
             "errors": {"model_throttled": 2}},
            {"provider": "b", "model": "m", "requests": 2, "succeeded": 0, "cancelled": 0, "failed": 0, "lost": 1,
             "running": 1, "cost": 0, "held_for_lost_calls": 0.0009, "saved_by_cancelling": 0, "input_tokens": 0,
             "output_tokens": 0, "cached_tokens": 0, "written_tokens": 0, "errors": {"model_timeout": 1}},
        ],
        "reused": {"answers": 0, "saved": 0, "tokens": 0},
    }  # fmt: skip


def test_older_calls_are_not_counted(call, person, made, db):
    admin = person(role="admin")
    made(admin, "a")
    with db.transaction() as work:
        work.run(
            "UPDATE llm_calls SET created_at = now() - interval '8 days' WHERE user_id = CAST(:id AS uuid)",
            id=admin.user_id,
        )
    assert call("llm.get_llm_stats", admin, query="days=7").body["total_requests"] == 0
    assert call("llm.get_llm_stats", admin, query="days=9").body["total_requests"] == 1

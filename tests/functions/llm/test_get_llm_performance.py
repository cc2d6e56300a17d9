"""Ratings and recommendations, each from rows that the test wrote."""

import pytest


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.get_llm_performance").status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call("llm.get_llm_performance", person()).status == 403


def test_bad_days_are_named(call, person):
    assert call("llm.get_llm_performance", person(role="admin"), query="days=0").status == 422


def test_the_numbers_of_known_rows(call, person, made):
    admin = person(role="admin")
    for first, duration in [(10, 100), (20, 200), (30, 300)]:
        made(admin, "a", cost=400, usage=(10, 20), first=first, duration=duration)
    made(admin, "a", "failed", cost=0, usage=(0, 0))
    made(admin, "b", cost=100, usage=(10, 10), first=5, duration=1000)
    body = call("llm.get_llm_performance", admin).body
    a, b = body["providers"]
    assert (a["provider"], a["calls"], a["reliability"]) == ("a", 4, round(4 / 6, 4))
    assert (a["first_token_ms_p50"], a["first_token_ms_p95"], a["duration_ms_p50"], a["duration_ms_p95"]) == (
        20, 29, 200, 290,
    )  # fmt: skip
    assert (a["tokens_per_second"], a["cost_per_1000_output_tokens"]) == (100, 0.02)
    assert (b["tokens_per_second"], b["cost_per_1000_output_tokens"]) == (10, 0.01)
    assert a["rating"] == round(100 * (4 / 6 + 0.5 + 1) / 3, 1)
    assert b["rating"] == round(100 * (2 / 3 + 1 + 0.1) / 3, 1)
    assert body["recommendations"] == []  # too few calls to say anything


def test_what_to_do_about_failures_price_and_speed(call, person, made):
    admin = person(role="admin")
    for _ in range(60):
        made(admin, "main", cost=400, usage=(10, 20), duration=1000)
    for _ in range(40):
        made(admin, "cheap", cost=100, usage=(10, 20), duration=1000)
    for _ in range(39):
        made(admin, "quick", cost=400, usage=(10, 20), duration=100)
    for number in range(20):
        made(
            admin,
            "shaky",
            "succeeded" if number < 15 else "failed",
            error_code=None if number < 15 else "model_timeout",
        )
    body = call("llm.get_llm_performance", admin).body
    advice = {one["provider"]: one for one in body["recommendations"]}
    assert set(advice) == {"shaky", "cheap", "quick"}
    assert "5 of 20 calls failed, most often with model_timeout" in advice["shaky"]["advice"]
    assert advice["shaky"]["measured"] == {"ended": 20, "answered_share": 0.75}
    assert "25%" in advice["cheap"]["advice"]
    assert advice["cheap"]["measured"] == {"cost_per_1000_output_tokens": 0.005, "of_the_most_called": 0.02}
    assert "10.0 times" in advice["quick"]["advice"]


def test_a_provider_that_never_answered_has_a_rating_of_what_is_known(call, person, made):
    admin = person(role="admin")
    made(admin, "a", "started")
    made(admin, "b", "failed", cost=0, usage=(0, 0))
    ratings = {one["provider"]: one["rating"] for one in call("llm.get_llm_performance", admin).body["providers"]}
    assert ratings == {"a": None, "b": pytest.approx(11.1, abs=0.1)}

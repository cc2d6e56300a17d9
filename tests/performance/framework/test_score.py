"""A point is lost only for what the interval supports, and each loss says why."""

from types import SimpleNamespace

import pytest

from tests.performance.framework.score import least_errors, of_comparison, of_run

MIX = {"get_me": SimpleNamespace(share=3.0, p95_ms=50.0), "search": SimpleNamespace(share=1.0, p95_ms=100.0)}
GOOD = {"count": 400, "errors": 0, "p95_low_ms": 10.0, "p95_high_ms": 20.0}


def stage(**changes):
    return {"name": "steady 10 users", "users": 10, "all": {"count": 800, "errors": 0}, "parts": {},
            "operations": {"get_me": GOOD, "search": GOOD}, **changes}  # fmt: skip


def test_nothing_wrong_is_a_hundred():
    score = of_run([stage()], MIX)
    assert (score.points, score.grade, score.lost, score.open) == (100, "A", [], [])


def test_twice_its_target_loses_an_operations_whole_share():
    slow = stage(operations={"get_me": {**GOOD, "p95_low_ms": 100.0, "p95_high_ms": 130.0}, "search": GOOD})
    score = of_run([slow], MIX)
    assert (score.points, score.grade) == (70, "C")
    assert score.lost[0][1] == "get_me: p95 of at least 100 ms against a target of 50 ms (steady 10 users)"


def test_what_cannot_be_told_costs_nothing_and_is_listed():
    unsure = stage(operations={"get_me": {**GOOD, "p95_low_ms": 30.0, "p95_high_ms": 90.0}, "search": GOOD})
    score = of_run([unsure], MIX)
    assert score.points == 100
    assert score.open == ["get_me: 400 requests bound its p95 to 30–90 ms, its target is 50 ms"]


def test_errors_cost_what_the_counts_support():
    broken = stage(all={"count": 800, "errors": 80}, operations={"get_me": {**GOOD, "errors": 80}, "search": GOOD})
    score = of_run([broken], MIX)
    assert score.points == 75
    assert "get_me 80 of 400" in score.lost[0][1]


def test_stress_is_meant_to_break():
    assert of_run([stage(), stage(stress=True, all={"count": 800, "errors": 700})], MIX).points == 100


def test_a_leak_is_named_with_its_part():
    parts = {"host": {"growth_low": 3.0}, "proxy": {"growth_low": 0.2}, "model": {"growth_low": None}}
    score = of_run([stage(memory=True, parts=parts)], MIX)
    assert [why for _, why in score.lost] == ["memory: host grows by at least 3.0 MB a minute in steady 10 users"]
    assert score.open == ["memory: too few samples of model in steady 10 users"]


def test_lost_sockets_and_failed_tasks_cost_points():
    sockets = {"held": 90, "lost": 10, "refused": 0, "pings": 50, "pongs": 50, "p99_ms": 20.0}
    tasks = {"submitted": 10, "completed": 9, "cancelled": 0, "failed": 1, "waited_s": 1.0}
    score = of_run([stage(sockets=sockets, tasks=tasks)], MIX)
    assert score.points == 100 - 7.5 - 10


@pytest.mark.parametrize(("errors", "count", "least"), [(0, 100, 0.0), (1, 100, 0.001), (50, 100, 0.377)])
def test_the_error_rate_that_counts_support(errors, count, least):
    assert least_errors(errors, count) == pytest.approx(least, abs=0.002)


def test_a_comparison_loses_by_the_least_that_it_became_slower():
    rows = [
        {"operation": "get_me", "quantile": "p50", "verdict": "slower", "low": 1.1, "high": 1.3},
        {"operation": "search", "quantile": "p50", "verdict": "cannot tell", "low": 0.9, "high": 1.2},
    ]
    score = of_comparison(rows, {"get_me": 3.0, "search": 1.0})
    assert score.points == pytest.approx(85)
    assert score.lost[0][1] == "get_me: p50 at least 10.0% slower"
    assert score.open == ["search: p50 between -10.0% and +20.0%"]

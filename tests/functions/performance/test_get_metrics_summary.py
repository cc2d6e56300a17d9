"""The score: only of what was measured, each lost point explained."""

import pytest

from assistant.platform.traffic import traffic


@pytest.fixture
def measured_requests(valkey):
    """Makes requests as other sandboxes have counted them, after what earlier tests left is forgotten."""

    def make(n, status, seconds, cached):
        for _ in range(n):
            traffic().note("GET /thing", status, seconds, 2, 0.004, cached)
        traffic().send()

    traffic().send()
    keys = list(traffic()._valkey.ask(lambda client: client.scan_iter("{statistics}:requests*")))
    traffic()._valkey.ask(lambda client: client.delete(*keys)) if keys else None
    return make


def test_an_anonymous_caller_is_refused(call):
    assert call("performance.get_metrics_summary").status == 401


def test_what_was_not_measured_is_not_in_play(call, person, measured_requests):
    body = call("performance.get_metrics_summary", person()).body
    points = {one["aspect"]: one for one in body["points"]}
    assert points["latency_p95_ms"]["value"] is None
    assert "does not count" in points["latency_p95_ms"]["why"]
    assert points["connections_percent"]["value"] > 0
    assert 0 <= body["score"] <= 100


def test_every_lost_point_is_explained(call, person, measured_requests):
    measured_requests(190, 200, 0.02, {"hits": 1})
    measured_requests(10, 500, 0.9, {"misses": 1})
    body = call("performance.get_metrics_summary", person()).body
    points = {one["aspect"]: one for one in body["points"]}
    assert points["error_rate_percent"]["value"] == 5
    assert points["error_rate_percent"]["points"] == points["error_rate_percent"]["of"] == 25
    assert points["cache_hit_rate_percent"]["value"] == 95
    assert points["cache_hit_rate_percent"]["points"] == 0
    assert points["statement_ms"]["value"] == 2
    lost = sum(one["points"] for one in points.values())
    in_play = sum(one["of"] for one in points.values() if one["value"] is not None)
    assert body["score"] == round(100 * (in_play - lost) / in_play, 1)
    assert body["grade"] in "BCD"
    assert "target is at most 0.1 %" in points["error_rate_percent"]["why"]


def test_the_quantiles_are_those_of_the_requests(call, person, measured_requests):
    measured_requests(90, 200, 0.004, {})
    measured_requests(10, 200, 0.4, {})
    metrics = call("performance.get_metrics_summary", person()).body["metrics"]
    assert metrics["latency_p50_ms"] <= 5
    assert 300 <= metrics["latency_p95_ms"] <= 500
    assert (metrics["requests"], metrics["statements_a_request"]) == (100, 2)

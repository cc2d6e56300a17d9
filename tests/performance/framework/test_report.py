"""The reports of a run and of a comparison: whole pages that need nothing else."""

import json
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

from tests.performance.framework.charts import bars, forest, lines
from tests.performance.framework.console import read
from tests.performance.framework.driver import Records
from tests.performance.framework.markdown import compare_markdown, run_markdown
from tests.performance.framework.page import compare_page, run_page
from tests.performance.framework.processes import Used
from tests.performance.framework.summary import endpoint, generator, parts, series
from tests.performance.perf import written


def records(number=400, seconds=20.0):
    rng = np.random.default_rng(2)
    status = np.where(np.arange(number) == 7, 500, 200)
    return Records(["get_me", "search"], np.arange(number) % 2, np.sort(rng.uniform(0, seconds, number)),
                   np.full(number, 0.001), rng.lognormal(2, 0.4, number), status, status == 500)  # fmt: skip


def using(at):
    """The host grows by 1 MB a second. Of the pool one process loads something at 8 s, and a third starts at 10 s."""
    pool = {2: 20.0 if at < 8 else 25.0, 3: 35.0} | ({4: 40.0} if at >= 10 else {})
    return {"host": Used(100.0 + at, at * 0.5, {1: 90.0 + at}), "pool": Used(sum(pool.values()), at * 0.1, pool)}


def stage():
    found = records()
    usage = [(float(at), using(at)) for at in range(20)]
    return {
        "name": "steady 10 users", "users": 10, "seconds": 20.0, "memory": True,
        "all": endpoint(found, 20), "operations": {name: endpoint(found.of(name), 20) for name in found.operations},
        "series": series(found, 20), "generator": generator(found), "parts": parts(usage, 20),
        "traffic": {"statements_per_request": 3.0, "valkey_hit_rate": 0.9},
    }  # fmt: skip


def report():
    score = {
        "points": 88.0,
        "grade": "B",
        "judged": 90.0,
        "lost": [{"points": 12.0, "why": "search: <slow>"}],
        "cannot_tell": ["x"],
    }
    alone = {"get_me": {"ms": 5.0, "statements": 2, "round_trips": 1, "cache_calls": 3, "hits": 1, "cost": 0.002}}
    return {"commit": "abc", "at": "now", "profile": "quick", "cpus": 2, "about": "Here.", "endpoints": 2,
            "stages": [stage()], "breaks": "It breaks.", "alone": alone, "cost": 0.002, "score": score}  # fmt: skip


def test_a_stage_is_summed_up():
    found = stage()
    assert (found["all"]["count"], found["all"]["errors"], found["all"]["rate"]) == (400, 1, 20.0)
    assert found["all"]["statuses"] == {"200": 399, "500": 1}
    assert found["all"]["p50_ms"] < found["all"]["p95_ms"] < found["all"]["p99_ms"] <= found["all"]["max_ms"]
    assert found["all"]["p95_low_ms"] < found["all"]["p95_ms"] < found["all"]["p95_high_ms"]
    assert sum(found["series"]["rate"]) == 400
    assert found["parts"]["host"]["growth_low"] > 50
    assert found["parts"]["host"]["cpu_cores"] == 0.475
    pool = found["parts"]["pool"]
    assert (pool["pss_begin_mb"], pool["pss_end_mb"]) == (55, 100)
    assert pool["processes"] == [2, 3, 2]
    assert pool["growth_low"] == 0


def test_a_run_is_a_page_and_a_text():
    text = run_page(report(), {"get_me": 50.0})
    assert "search: &lt;slow&gt;" in text
    assert "http" not in text.replace("http-equiv", "")
    for svg in text.split("<svg")[1:]:
        ET.fromstring("<svg" + svg.split("</svg>")[0] + "</svg>")  # noqa: S314 - our own
    assert "| steady 10 users | 400 | 20.0 | 1 |" in run_markdown(report())


@pytest.mark.parametrize(
    ("late", "grade", "code"),
    [((), "A", 0), ((), "D", 1), (("spike 200 users", "stress 120 users"), "A", 0), (("steady 10 users",), "A", 2)],
)
def test_there_is_no_verdict_where_the_generator_fell_behind_in_what_is_judged(tmp_path, late, grade, code):
    found = report()
    found["stages"] = [{**stage(), "name": name} for name in ("steady 10 users", "spike 200 users", "stress 120 users")]
    for one in found["stages"]:
        one["generator"]["kept_up"] = one["name"] not in late
    found["score"]["grade"] = grade
    assert written(found, tmp_path, "C") == code
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".html", ".json", ".md"]


def test_a_comparison_is_a_page_and_a_text():
    rows = [
        {"operation": "get_me", "quantile": "p50", "verdict": "slower", "ratio": 1.2, "low": 1.1, "high": 1.3},
        {"operation": "rare", "quantile": "p50", "verdict": "cannot tell", "ratio": None, "low": None, "high": None},
    ]
    found = {"a": "abc", "b": "def", "about": "Here.", "comparisons": rows, "margins": {"p50": 0.03},
             "verdicts": {"slower": 1, "cannot tell": 1},
             "score": {"points": 90, "grade": "A", "judged": 50.0, "lost": [], "cannot_tell": []}}  # fmt: skip
    assert "+20.0% slower" in compare_page(found)
    assert "| get_me | p50 | slower | +20.0% | +10.0% | +30.0% |" in compare_markdown(found)
    assert "| rare | p50 | cannot tell | – | – | – |" in compare_markdown(found)


def test_labels_that_would_lie_on_each_other_are_moved_apart():
    text = lines({f"part {number}": [0.0, 0.0] for number in range(6)}, 1, "MB")
    places = [float(one.split(' y="')[1].split('"')[0]) for one in text.split('<text class="t')[1:]]
    assert len(places) == 6
    assert all(above - below >= 12 for above, below in pairwise(places))


def test_nothing_to_draw_is_no_picture():
    assert bars([], "ms") == ""
    assert lines({"p50": [None, None]}, 1, "ms") == ""
    assert "<circle" not in forest([], 0.03)


def test_the_console_stands_in_the_report_with_what_is_over_its_budget(tmp_path):
    assert read(tmp_path) is None
    assert "The console" not in run_page(report(), {}) + run_markdown(report())
    figures = [
        {"name": "LCP", "value": 812.5, "unit": "ms", "budget": 2500, "ok": True},
        {"name": "Updates <socket>", "value": 90.0, "unit": "a second", "budget": 200, "least": True, "ok": False},
        {"name": "INP", "value": None, "unit": "ms", "budget": 200, "ok": False},
    ]
    found = {"at": "now", "browser": "Chromium", "figures": figures, "notes": ["a leak"], "routes": {"sign in": 2048}}
    (tmp_path / "console.json").write_text(json.dumps(found))
    whole = {**report(), "console": read(tmp_path)}
    text, page = run_markdown(whole), run_page(whole, {})
    assert "| LCP | 812.5 ms | at most 2500 |  |" in text
    assert "| Updates <socket> | 90 a second | at least 200 | over its budget |" in text
    assert "| INP | – | at most 200 | over its budget |" in text
    assert "| sign in | 2.0 |" in text
    assert "Updates &lt;socket&gt;" in page
    assert "a leak" in page

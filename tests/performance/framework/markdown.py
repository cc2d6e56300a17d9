"""The report as Markdown: what a reviewer reads in a pull request."""

from typing import Any

from tests.performance.framework.console import console_markdown


def run_markdown(report: dict[str, Any]) -> str:
    score = report["score"]
    text = [
        f"# Performance of {report['commit']}: {score['grade']}, {score['points']:g} of 100",
        f"{score['judged']:g} points could be judged. {report['at']}, profile {report['profile']}, "
        f"{report['cpus']} CPUs. {report['about']}",
        "",
        "| stage | requests | a second | errors | p50 ms | p95 ms | p99 ms | statements a request | hit rate |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for stage in report["stages"]:
        one, traffic = stage["all"], stage.get("traffic") or {}
        cells = [stage["name"], one["count"], one.get("rate"), one["errors"], one.get("p50_ms"), one.get("p95_ms"),
                 one.get("p99_ms"), traffic.get("statements_per_request"), traffic.get("valkey_hit_rate")]  # fmt: skip
        text.append("| " + " | ".join("–" if cell is None else str(cell) for cell in cells) + " |")
    if report.get("breaks"):
        text += ["", report["breaks"]]
    text += ["", "## What cost points", *_lines(f"{x['points']:.2f}: {x['why']}" for x in score["lost"])]
    text += ["", "## What could not be told", *_lines(score["cannot_tell"])]
    text += ["", "## One request, asked alone", ""]
    text += [
        "| endpoint | ms | statements | round trips | cache calls | $ per 1,000 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, one in sorted(report["alone"].items()):
        cells = [
            name,
            one["ms"],
            one.get("statements"),
            one.get("round_trips"),
            one.get("cache_calls"),
            one.get("cost"),
        ]
        text.append("| " + " | ".join("–" if cell is None else str(cell) for cell in cells) + " |")
    return "\n".join(text) + "\n" + console_markdown(report.get("console"))


def compare_markdown(report: dict[str, Any]) -> str:
    score = report["score"]
    counts = ", ".join(f"{number} {verdict}" for verdict, number in report["verdicts"].items())
    text = [
        f"# {report['b']} against {report['a']}: {score['grade']}, {score['points']:g} of 100",
        f"{counts}; {score['judged']:g} points could be judged. {report['about']}",
        "",
        "| endpoint | quantile | verdict | change | between | and |",
        "|---|---|---|---:|---:|---:|",
    ]
    order = {"slower": 0, "faster": 1, "same": 2, "cannot tell": 3}
    for one in sorted(report["comparisons"], key=lambda x: (order[x["verdict"]], x["operation"])):
        cells = [_percent(one[key]) for key in ("ratio", "low", "high")]
        text.append(f"| {one['operation']} | {one['quantile']} | {one['verdict']} | {' | '.join(cells)} |")
    text += ["", "## What cost points", *_lines(f"{x['points']:.2f}: {x['why']}" for x in score["lost"])]
    return "\n".join(text) + "\n"


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio - 1:+.1%}"


def _lines(found: Any) -> list[str]:
    return [f"- {line}" for line in found] or ["Nothing."]

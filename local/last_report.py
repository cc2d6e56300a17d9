"""The newest load test and comparison in build/perf, as much of them as the console shows."""

import json
from pathlib import Path
from typing import Any

_OF_A_RUN = ("commit", "at", "score", "breaks")


def last_report(folder: Path) -> dict[str, Any]:
    """`run` and `comparison`; null where `make perf` or `make perf-compare` has not been run."""
    found: dict[str, Any] = {"run": None, "comparison": None}
    for file in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            report = json.loads(file.read_text())
        except (OSError, ValueError):
            continue  # another run may be writing it
        kind = "comparison" if "comparisons" in report else "run" if "stages" in report else ""
        if kind and found[kind] is None:
            found[kind] = report if kind == "comparison" else _short(report)
    return found


def _short(report: dict[str, Any]) -> dict[str, Any]:
    stages = [{"name": stage["name"], "users": stage["users"], "all": stage["all"]} for stage in report["stages"]]
    return {**{key: report.get(key) for key in _OF_A_RUN}, "stages": stages}

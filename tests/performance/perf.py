"""`make perf`: a load test over every endpoint and the sockets, and its report.

    make perf PROFILE=quick|full|long [TARGET=https://…] [SEED=1]

Exit code: 0 a grade of at least --least, 1 worse, 2 the load generator fell behind where speed is judged (no verdict).
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

from tests.performance.framework import console
from tests.performance.framework import mix as mixes
from tests.performance.framework.markdown import run_markdown
from tests.performance.framework.page import run_page
from tests.performance.framework.profiles import PROFILES
from tests.performance.framework.run import run
from tests.performance.framework.score import largest_steady
from tests.performance.framework.target import Target, local_target, remote_target
from tests.performance.framework.under_test import BUILD
from tests.performance.measure import commit

GRADES = "?ABCDF"  # no letter is no reason to fail


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.perf", description=__doc__)
    parser.add_argument("--profile", choices=list(PROFILES), default="quick")
    parser.add_argument("--target", default="", help="an address; without one a local cloud is started")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", choices=list(GRADES[1:]), default="C", help="a worse grade is exit code 1")
    parser.add_argument("--out", type=Path, default=BUILD, help="folder of the reports (default: build/perf)")
    arguments = parser.parse_args()
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)

    def measured(target: Target) -> dict[str, object]:
        mix = mixes.read(writes=target.started is not None)
        return asyncio.run(run(target, mix, PROFILES[arguments.profile], arguments.seed, commit(), say))

    if arguments.target:
        report = measured(remote_target(arguments.target))
    else:
        with tempfile.TemporaryDirectory() as folder, local_target(Path(folder) / "state") as target:
            report = measured(target)
    return written(report, arguments.out, arguments.least)


def written(report: dict[str, object], out: Path, least: str) -> int:
    """The three files, a word on the terminal, and the exit code."""
    out.mkdir(parents=True, exist_ok=True)
    name = str(report["commit"])
    report = {**report, "console": console.read(out)}
    targets = {name: operation.p95_ms for name, operation in mixes.read().operations.items()}
    for suffix, text in (
        ("json", json.dumps(report, indent=1)),
        ("md", run_markdown(report)),
        ("html", run_page(report, targets)),
    ):
        (out / f"{name}.{suffix}").write_text(text)
    score: dict[str, object] = report["score"]  # type: ignore[assignment]
    print(
        f"\n{score['grade']}, {score['points']} of 100, of which {score['judged']} could be judged. {report['breaks']}"
    )
    for lost in score["lost"][:12]:  # type: ignore[index]
        print(f"  -{lost['points']:.2f}  {lost['why']}")
    shown = os.path.relpath(out / name)
    print(f"\nwritten: {shown}.json, .md and .html")
    judged = largest_steady(report["stages"])  # type: ignore[arg-type]
    if judged and not judged["generator"]["kept_up"]:
        print(f"In {judged['name']} the load generator fell behind: these figures are not the cloud's alone.")
        return 2
    return int(GRADES.index(str(score["grade"])) > GRADES.index(least))


if __name__ == "__main__":
    raise SystemExit(main())

"""`make perf-compare A=commit B=commit`: is B faster, slower, the same, or can it not be told?

Both commits are checked out beside each other and run in two local clouds at once, which are asked in turns. Only the
functions, the layers and the template are the commits' own: the local cloud and the load generator are this tree's, so
that both sides are measured with the same instrument. A stored baseline of another day is never compared with: the
machine was another one. `A` again beside `A` calibrates the intervals (see verdicts.py).

Exit code: 0 nothing is slower, 1 something is or fails that did not, 2 the load generator fell behind (no verdict).
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.performance.framework import mix as mixes
from tests.performance.framework.interleaved import Measured, Plan, compared, enough, run
from tests.performance.framework.markdown import compare_markdown
from tests.performance.framework.page import compare_page
from tests.performance.framework.score import of_comparison
from tests.performance.framework.target import local_target
from tests.performance.framework.under_test import BUILD, ROOT
from tests.performance.framework.verdicts import CONFIDENCE, MARGINS, Comparison, compare

SHARES = (0.5, 0.95)
VERDICTS = ("slower", "faster", "same", "cannot tell")


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The short id of a commit and a tree of it; the word `here` is the tree as it is."""
    if commit == "here":
        yield "here", ROOT
        return
    short = _git("rev-parse", "--short", f"{commit}^{{commit}}")
    path = folder / short
    _git("worktree", "add", "--detach", "--force", str(path), short)
    try:
        yield short, path
    finally:
        _git("worktree", "remove", "--force", str(path))


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def report_of(a: str, b: str, measured: Measured, plan: Plan, mix: mixes.Mix) -> dict[str, Any]:
    comparisons, widened = compare(measured.sides, plan.pairs, SHARES, plan.seed)
    rows = [_row(one) for one in comparisons]
    counts = Counter(row["verdict"] for row in rows)
    shares = {name: mix.operations[name].share for name in measured.sides}
    confidence = f"All intervals together hold at {CONFIDENCE:.0%}, widened {widened:.2f} times by A against itself."
    blocks = f"{plan.pairs} pairs of blocks of {plan.seconds:g} s in turns, {plan.rate:g} requests a second."
    return {
        "a": a,
        "b": b,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "about": f"{blocks} {confidence} Unexpected answers: {measured.failed}.",
        "cpus": os.cpu_count(),
        "margins": {f"p{share * 100:g}": MARGINS[share] for share in SHARES},
        "widened": round(widened, 3),
        "late_p99_ms": measured.late_p99_ms,
        "kept_up": measured.kept_up,
        "failed": measured.failed,
        "verdicts": {verdict: counts[verdict] for verdict in VERDICTS},
        "comparisons": rows,
        "score": of_comparison(rows, shares).as_json(),
    }


def _row(one: Comparison) -> dict[str, Any]:
    found = one.interval
    return {
        "operation": one.operation,
        "quantile": f"p{one.share * 100:g}",
        "verdict": one.verdict,
        "ratio": round(found.estimate, 4) if found else None,
        "low": round(found.low, 4) if found else None,
        "high": round(found.high, 4) if found else None,
        "margin": one.margin,
        "requests": list(one.requests),
    }


def exit_code(report: dict[str, Any]) -> int:
    if not report["kept_up"]:
        return 2
    return int(report["verdicts"]["slower"] > 0 or report["failed"]["b"] > 2 * max(1, report["failed"]["a"]))


def main() -> int:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.performance.compare", description=__doc__)
    parser.add_argument("a", help="the commit before")
    parser.add_argument("b", help="the commit after, or `here`")
    parser.add_argument("--pairs", type=int, default=0, help="default: as many as give 2,400 requests each")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="of a block")
    parser.add_argument("--rate", type=float, default=usual.rate, help="requests a second")
    parser.add_argument("--operations", default="", help="comma-separated; all that are quick when empty")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=BUILD)
    arguments = parser.parse_args()
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        trees = Path(folder)
        a, first = stack.enter_context(checked_out(arguments.a, trees / "a"))
        b, second = stack.enter_context(checked_out(arguments.b, trees / "b"))
        mix = mixes.read(first)
        both = set(mix.operations) & set(mixes.read(second).operations)
        asked = compared({name: one for name, one in mix.operations.items() if name in both},
                         set(filter(None, arguments.operations.split(","))))  # fmt: skip
        pairs = arguments.pairs or enough(len(asked), arguments.seconds, arguments.rate)
        plan = Plan(pairs, arguments.seconds, arguments.rate, seed=arguments.seed)
        say(f"{a} and {b}: {len(asked)} operations, about {plan.pairs * 3 * plan.seconds / 60:.0f} minutes")
        one = stack.enter_context(local_target(trees / "state-a", first))
        other = stack.enter_context(local_target(trees / "state-b", second))
        measured = run(one, other, asked, plan, say)
    report = report_of(a, b, measured, plan, mix)
    arguments.out.mkdir(parents=True, exist_ok=True)
    name = f"{a}-{b}"
    files = (("json", json.dumps(report, indent=1)), ("md", compare_markdown(report)), ("html", compare_page(report)))
    for suffix, text in files:
        (arguments.out / f"{name}.{suffix}").write_text(text)
    print(compare_markdown(report))
    print(f"written: {os.path.relpath(arguments.out / name)}.json, .md and .html")
    return exit_code(report)


if __name__ == "__main__":
    raise SystemExit(main())

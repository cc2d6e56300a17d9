"""Cold init of every function, with and without the bytecode that the dependencies layer ships, and against a monolith.

    make bench-cold RUNS=15 FUNCTIONS=get_budget_status,submit_task

Installs the layer's packages twice (one copy compiled as the layer is, one without .pyc), then imports each function
file in fresh processes, everything in turn: a round is one process of each, and there are RUNS rounds. What is reported
is the time from the start of the interpreter to the handler being there, less that of one that imports nothing. The
standard library is compiled in all of them, as it is in Lambda. Quote the ratios: the machine is shared.
"""

import argparse
import compileall
import json
import os
import platform
import py_compile
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MONOLITH = Path(__file__).parent / "peers" / "monolith.py"
BESIDE = "monolith-only"
PEERS = ("asyncpg", "rq")  # what the monolith imports beside our layer


def install(folder: Path) -> tuple[Path, Path]:
    """The layer's packages without bytecode, and compiled; below each, apart, what only the monolith imports."""
    plain, compiled = folder / "plain", folder / "compiled"
    requirements = ROOT / "layers" / "dependencies" / "requirements.txt"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--target", str(plain)]
    subprocess.run([*command, "-r", str(requirements), "-c", str(ROOT / "local" / "constraints.txt")], check=True)
    peers = [line for line in (MONOLITH.parent / "requirements.txt").read_text().split() if line.startswith(PEERS)]
    command[-1] = str(plain / BESIDE)
    subprocess.run([*command, *peers, "-c", str(ROOT / "local" / "constraints.txt")], check=True)
    shutil.copytree(ROOT / "layers" / "core" / "assistant", plain / "assistant", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(plain, compiled)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(str(compiled), quiet=2, invalidation_mode=mode)
    return plain, compiled


def once(code: str, packages: Path) -> float:
    """Milliseconds of one fresh process."""
    path = f"{packages}{os.pathsep}{packages / BESIDE}"
    environment = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-s", "-c", code], check=True, env=environment, capture_output=True)
    return (time.perf_counter() - began) * 1000


def import_of(path: Path) -> str:
    return f"import sys; sys.path.insert(0, {str(path.parent)!r}); import {path.stem}"


def measured(paths: list[Path], plain: Path, compiled: Path, runs: int) -> dict[str, float]:
    """Median milliseconds by what was started: bare, the monolith and each function, with and without bytecode."""
    starts = {"bare": ("pass", compiled)}
    for path in (MONOLITH, *paths):
        starts[path.stem] = (import_of(path), compiled)
        starts[f"{path.stem} without"] = (import_of(path), plain)
    samples: dict[str, list[float]] = {name: [] for name in starts}
    for turn in range(runs):  # in turn, so that a slow minute of the machine hits all of them
        for name, (code, packages) in starts.items():
            samples[name].append(once(code, packages))
        print(f"round {turn + 1} of {runs}", flush=True)
    bare = statistics.median(samples["bare"])
    return {name: statistics.median(values) - bare for name, values in samples.items()}


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| function | with bytecode ms | without ms | without / with | with / monolith |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = [row[key] for key in ("function", "with_ms", "without_ms", "without_to_with", "to_monolith")]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/performance/cold_init.py", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--functions", default="", help="comma-separated stems; all when empty")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "perf" / "cold_init.json")
    arguments = parser.parse_args()
    wanted = set(filter(None, arguments.functions.split(",")))
    paths = [path for path in sorted((ROOT / "functions").glob("*/*.py")) if not wanted or path.stem in wanted]
    with tempfile.TemporaryDirectory() as folder:
        print("installing the layer's packages twice …", flush=True)
        median = measured(paths, *install(Path(folder)), arguments.runs)
    monolith = median[MONOLITH.stem]
    rows = [
        {
            "function": path.stem,
            "with_ms": round(median[path.stem], 1),
            "without_ms": round(median[f"{path.stem} without"], 1),
            "without_to_with": round(median[f"{path.stem} without"] / median[path.stem], 2),
            "to_monolith": round(median[path.stem] / monolith, 2),
        }
        for path in (*paths, MONOLITH)
    ]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"python": platform.python_version(), "runs": arguments.runs, "rows": rows}
    arguments.out.write_text(json.dumps(report, indent=2))
    arguments.out.with_suffix(".md").write_text(table(rows) + "\n")
    print(table(rows))
    print(f"written: {arguments.out} and .md")


if __name__ == "__main__":
    main()

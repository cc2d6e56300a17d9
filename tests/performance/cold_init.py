"""Cold init of every function, with and without the bytecode that the dependencies layer ships, and against a monolith.

    make bench-cold RUNS=15 FUNCTIONS=get_budget_status,submit_task

Installs the layer's packages twice (one copy compiled as the layer is, one without .pyc), then imports each function
file in fresh processes, the variants in turn. What is reported is the time from the start of the interpreter to the
handler being there, less that of an interpreter that imports nothing. The standard library is compiled in all of them,
as it is in Lambda. Quote the ratios: the machine is shared.
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

ROOT = Path(__file__).resolve().parents[2]
MONOLITH = Path(__file__).parent / "peers" / "monolith.py"


def install(folder: Path) -> tuple[Path, Path]:
    """The layer's packages without bytecode, and compiled."""
    plain, compiled = folder / "plain", folder / "compiled"
    requirements = ROOT / "layers" / "dependencies" / "requirements.txt"
    peers = ["asyncpg==0.32.0"]
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--target", str(plain), *peers]
    subprocess.run([*command, "-r", str(requirements), "-c", str(ROOT / "local" / "constraints.txt")], check=True)
    shutil.copytree(ROOT / "layers" / "core" / "assistant", plain / "assistant", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(plain, compiled)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(str(compiled), quiet=2, invalidation_mode=mode)
    return plain, compiled


def once(code: str, packages: Path) -> float:
    """Milliseconds of one fresh process."""
    environment = {"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-s", "-c", code], check=True, env=environment, capture_output=True)
    return (time.perf_counter() - began) * 1000


def import_of(path: Path) -> str:
    return f"import sys; sys.path.insert(0, {str(path.parent)!r}); import {path.stem}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/performance/cold_init.py", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--functions", default="", help="comma-separated stems; all when empty")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "cold_init.json")
    arguments = parser.parse_args()
    wanted = set(filter(None, arguments.functions.split(",")))
    paths = [path for path in sorted((ROOT / "functions").glob("*/*.py")) if not wanted or path.stem in wanted]
    with tempfile.TemporaryDirectory() as folder:
        print("installing the layer's packages twice …", flush=True)
        plain, compiled = install(Path(folder))
        rows = []
        for path in paths:
            samples: dict[str, list[float]] = {"bare": [], "with": [], "without": [], "monolith": []}
            for _ in range(arguments.runs):  # in turn, so that a slow minute of the machine hits all of them
                samples["bare"].append(once("pass", compiled))
                samples["with"].append(once(import_of(path), compiled))
                samples["without"].append(once(import_of(path), plain))
                samples["monolith"].append(once(import_of(MONOLITH), compiled))
            median = {name: statistics.median(values) for name, values in samples.items()}
            row = {
                "function": path.stem,
                "with_bytecode_ms": round(median["with"] - median["bare"], 1),
                "without_bytecode_ms": round(median["without"] - median["bare"], 1),
                "monolith_ms": round(median["monolith"] - median["bare"], 1),
            }
            row["without_to_with"] = round(row["without_bytecode_ms"] / row["with_bytecode_ms"], 2)
            row["to_monolith"] = round(row["with_bytecode_ms"] / row["monolith_ms"], 2)
            rows.append(row)
            print("  ".join(f"{name}={value}" for name, value in row.items()), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"python": platform.python_version(), "runs": arguments.runs, "rows": rows}
    arguments.out.write_text(json.dumps(report, indent=2))
    print(f"written: {arguments.out}")


if __name__ == "__main__":
    main()

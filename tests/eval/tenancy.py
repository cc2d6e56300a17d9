"""Every condition on the organization taken away, one at a time: `make mutate-tenancy`.

Twice: by the rules of the architecture, which read the texts, over the whole tree in seconds; and by what the tests of
the statement's context see when they run with the mutant, of which SHARE says how many (1: all, which takes hours).
Ends with an error when the rules miss one. One that the tests of behaviour miss is listed: its id was checked before,
or no other organization can have what it asks for.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.architecture.rules_own_condition import leaning, mutants
from tests.architecture.rules_tenancy import EXEMPT, violations
from tests.architecture.schema import Schema
from tests.architecture.source import python_files
from tests.architecture.sql_texts import Sql, Texts

ROOT = Path(__file__).parents[2]
NOT_BEHAVIOUR = ("tests/layers/search/test_tenancy_mutants.py", "tests/layers/search/test_search_plan.py")
LONGEST = 900  # seconds of one mutant's tests


def every_mutant() -> list[tuple[Sql, str]]:
    """(the statement, its text with one condition always true), over functions and layers."""
    found = Texts(python_files("functions", "layers/core")).found
    return [(sql, instead) for sql in found if not EXEMPT.match(sql.text) for instead in mutants(sql.text)]


def tests_of(sql: Sql) -> list[str]:
    """The tests of the context that the statement is in."""
    context = re.sub(r"^(layers/core/assistant|functions)/", "", sql.place).split("/")[0]
    folders = [f"tests/{kind}/{context}" for kind in ("functions", "layers")]
    return [folder for folder in folders if (ROOT / folder).is_dir()] or ["tests/functions"]


def seen_by_tests(sql: Sql, instead: str, folder: Path) -> str:
    """caught, survived, or never run."""
    change = folder / "mutant.json"
    change.with_suffix(".sent").unlink(missing_ok=True)
    change.write_text(json.dumps({"text": sql.text, "instead": instead}))
    ignored = [f"--ignore={path}" for path in NOT_BEHAVIOUR]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.eval.one_mutant", *ignored, *tests_of(sql)],
        cwd=ROOT, env={**os.environ, "TENANCY_MUTANT": str(change)}, capture_output=True, check=False, timeout=LONGEST,
    )  # fmt: skip
    if not change.with_suffix(".sent").exists():
        return "never run"
    return "caught" if ended.returncode == 1 else "survived"


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--share", type=float, default=0.0, help="of the mutants, run against the tests of behaviour")
    told.add_argument("--in", dest="within", default="", help="only statements of paths that contain this")
    options = told.parse_args()
    schema = Schema.read()
    every = [(sql, instead) for sql, instead in every_mutant() if options.within in sql.place]
    missed = [
        sql.place for sql, instead in every
        if not violations(instead, schema) and leaning(instead, schema) == leaning(sql.text, schema)
    ]  # fmt: skip
    print(f"by the rules: {len(every)} mutants, {len(every) - len(missed)} caught", flush=True)
    for place in missed:
        print(f"  missed: {place}")
    some = every[:: max(round(1 / options.share), 1)] if options.share else []
    counts = {"caught": 0, "survived": 0, "never run": 0}
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for sql, instead in some:
            state = seen_by_tests(sql, instead, Path(folder))
            counts[state] += 1
            if state != "caught":
                print(f"  {state}: {sql.place}", flush=True)
    if some:
        taken = time.monotonic() - started
        print(f"by the tests: {len(some)} mutants, {counts}, {taken:.0f} s, {taken / len(some):.1f} s each")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

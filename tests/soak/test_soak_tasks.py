"""The soak of tasks in small: sound as it is, and each planted mistake is found."""

import json
import os
import subprocess
import sys

import pytest

from tests.soak.budget_world import ROOT
from tests.soak.tasks_bugs import PLANTED

FINDINGS = ("lost", "stuck", "effects", "charges", "broken")
QUIET = ["--kill", "1000", "--crash", "1000", "--patience", "2", "--clients", "2", "--processes", "1", "--seed", "3"]


def started(*arguments):
    """A run in a process of its own, since it changes the clocks of its tasks."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.soak.soak_tasks", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}",
            "POWERTOOLS_LOG_LEVEL": "CRITICAL",
            "POWERTOOLS_METRICS_DISABLED": "true",
        },
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def ended(run):
    """(exit code, report)"""
    printed, _ = run.communicate(timeout=150)
    return run.returncode, json.loads(printed.partition("\n")[2])


@pytest.fixture(scope="module")
def planted():
    """All of them at once: each mostly waits for leases to end."""
    mistaken = ("-n", "40", "--faults", "5", "--lost", "0.3", "--doubled", "0", *QUIET, "--planted")
    runs = {name: started(*mistaken, name) for name in PLANTED}
    yield runs
    for run in runs.values():
        run.kill()
        run.communicate()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found(name, planted):
    code, report = ended(planted[name])
    assert code == 1, report
    assert sum(report[finding] for finding in FINDINGS) > 0, report


def test_every_task_ends_once_while_everything_breaks():
    code, report = ended(started("-n", "100", "--kill", "2", "--crash", "4", "--patience", "15", "--workers", "3"))
    assert code == 0, report
    assert report["by_status"]["completed"] > 50

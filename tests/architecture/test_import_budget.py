"""No function imports more than is written down for it, and one that starts to is seen."""

import json

import pytest

from tests.architecture.import_budget import TABLE, Imported, imports_of, installed, over_budget, shipped
from tests.architecture.source import ROOT

PATHS = sorted((ROOT / "functions").glob("*/*.py"))
BUDGET = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def imported() -> dict[str, Imported]:
    return imports_of(PATHS, ROOT / "layers/core")


@pytest.mark.parametrize("name", [f"{path.parent.name}/{path.stem}" for path in PATHS])
def test_a_function_imports_what_it_may(name, imported):
    assert over_budget(name, imported[name], BUDGET) == []


def test_the_table_knows_no_function_that_is_gone():
    assert set(BUDGET["functions"]) <= {f"{path.parent.name}/{path.stem}" for path in PATHS}


def test_the_measure_sees_what_there_is(imported):
    assert {"fastapi", "pg8000"} <= imported["budget/get_budget_status"].libraries
    assert {"jwt", "cryptography"} <= imported["identity/authorize_request"].libraries
    assert "fastapi" not in imported["identity/authorize_request"].libraries


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("import jwt", "cryptography, jwt at import"),
        ("import argon2", "argon2"),
        ("import boto3", "imports boto3: import it where it is used"),
        ("import redis", "imports redis: import it where it is used"),
        ("import httpx", "imports httpx: import it where it is used"),
        ("import botocore.session", "imports botocore.session: import it where it is used"),
        ("import pytest", "cannot be imported with what the dependencies layer holds"),
        ("import os; os.environ['QUEUE_URL']", "cannot be imported with what the dependencies layer holds: KeyError"),
        ("", "no longer imports database"),
    ],
)
def test_a_function_that_imports_something_else_is_seen(tmp_path, code, finding):
    path = tmp_path / "tasks" / "planted.py"
    path.parent.mkdir()
    path.write_text(f"{code}\ndef handler(event, context): ...\n")
    imported = imports_of([path], ROOT / "layers/core")["tasks/planted"]
    budget = {**BUDGET, "functions": {"tasks/planted": ["database"]}}
    assert any(finding in line for line in over_budget("tasks/planted", imported, budget))


def test_a_function_without_a_budget_is_seen():
    [line] = over_budget("tasks/planted", Imported(frozenset({"json"})), BUDGET)
    assert "has no budget" in line


def test_the_layer_is_told_from_what_the_tests_have():
    assert {"fastapi", "pg8000", "jwt", "boto3"} <= shipped()
    assert "pytest" in installed()
    assert "pytest" not in shipped()

"""openapi.json is what the code says now, valid, and tells of each operation what a client needs to know."""

import copy
import json

import pytest
from openapi_spec_validator import validate

from local.__main__ import main
from local.openapi import COMMAND, NAME, SERVED, document, text
from tests.architecture.rules_openapi import (
    every_operation_is_described,
    only_public_operations_need_no_token,
    operations,
    operations_are_named_after_functions,
)
from tests.architecture.source import ROOT, python_files
from tests.template.document import PUBLIC

STEMS = {source.stem for source in python_files("functions")}


@pytest.fixture(scope="module")
def committed():
    return json.loads((ROOT / NAME).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def current():
    return document(ROOT)


@pytest.fixture
def planted(current):
    return copy.deepcopy(current)


def test_the_committed_document_is_what_the_code_says():
    stale = (ROOT / NAME).read_text(encoding="utf-8") != text(ROOT)
    assert not stale, f"{NAME} is not what the endpoints say now: run `{COMMAND}` and commit it"


def test_the_served_document_is_the_committed_one(committed):
    assert json.loads((ROOT / SERVED).read_text(encoding="utf-8")) == committed, f"run `{COMMAND}` and commit it"


def test_the_command_writes_the_document(tmp_path, monkeypatch, capsys, current):
    monkeypatch.setattr("local.openapi.document", lambda root: current)
    assert main(["--root", str(tmp_path), "openapi"]) == 0
    assert (tmp_path / NAME).read_text(encoding="utf-8") == text(ROOT)
    assert NAME in capsys.readouterr().out


def test_the_document_is_the_same_each_time():
    assert text(ROOT) == text(ROOT)


def test_the_document_is_valid(committed):
    validate(committed)


def test_every_operation_is_described(current):
    assert every_operation_is_described(current) == []


def test_only_public_operations_need_no_token(current):
    assert only_public_operations_need_no_token(current, PUBLIC) == []


def test_operations_are_named_after_functions(current):
    assert operations_are_named_after_functions(current, STEMS) == []


def test_every_endpoint_is_in_the_document(current):
    routers = [source.stem for source in python_files("functions") if "APIRouter" in source.text]
    assert sorted(operation["operationId"] for _, operation in operations(current)) == sorted(routers)


SUBMIT = "/api/v1/async-tasks/submit"


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda operation: operation.pop("summary"), "has no summary"),
        (lambda operation: operation.update(summary="Submit Task"), "has no summary"),
        (lambda operation: operation.pop("tags"), "has no tag"),
        (lambda operation: operation["responses"].pop("4XX"), "a refusal is a Problem"),
        (lambda operation: operation["responses"]["4XX"].update(content={"application/json": {}}), "is a Problem"),
    ],
)
def test_an_operation_that_is_not_described_is_seen(planted, change, finding):
    change(planted["paths"][SUBMIT]["post"])
    [line] = every_operation_is_described(planted)
    assert line.startswith(f"POST {SUBMIT}")
    assert finding in line


def test_an_operation_open_by_mistake_is_seen(planted):
    planted["paths"][SUBMIT]["post"]["security"] = []
    [line] = only_public_operations_need_no_token(planted, PUBLIC)
    assert line.startswith(f"POST {SUBMIT} asks for no token")


def test_an_operation_closed_by_mistake_is_seen(planted):
    planted["paths"]["/health"]["get"]["security"] = [{"HTTPBearer": []}]
    [line] = only_public_operations_need_no_token(planted, PUBLIC)
    assert line.startswith("GET /health is public")


def test_an_operation_of_another_name_is_seen(planted):
    planted["paths"][SUBMIT]["post"]["operationId"] = "create_task"
    [line] = operations_are_named_after_functions(planted, STEMS)
    assert "create_task" in line

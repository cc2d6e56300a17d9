"""Every operation that OpenAPI lists: what is malformed is refused as a problem that names it, and never an error."""

import json
from pathlib import Path

import pytest

from assistant.http.problems import UNREADABLE

ROOT = Path(__file__).parents[3]
DOCUMENT = json.loads((ROOT / "openapi.json").read_text())
FUNCTIONS = {path.stem: f"{path.parent.name}.{path.stem}" for path in ROOT.glob("functions/*/*.py")}
OPERATIONS = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]
IDENTIFIED = {
    operation["operationId"]: [one["name"] for one in operation["parameters"] if one["in"] == "path"]
    for operation in OPERATIONS
    if any(one["in"] == "path" and one["schema"].get("format") == "uuid" for one in operation.get("parameters", []))
}
WITH_BODY = [one["operationId"] for one in OPERATIONS if one.get("requestBody", {}).get("required")]


def assert_names_what_is_wrong(answer):
    assert (answer.status, answer.body["code"]) == (422, "invalid"), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    named = answer.body.get("errors", [])
    assert named or answer.body["detail"] == UNREADABLE
    assert all(error["pointer"] and error["detail"] for error in named)


@pytest.mark.parametrize("operation", IDENTIFIED)
@pytest.mark.parametrize("value", ["nonsense", "0", "a%00b", "%27%20OR%201=1"])
def test_an_id_that_is_none(call, person, operation, value):
    path = dict.fromkeys(IDENTIFIED[operation], value)
    assert_names_what_is_wrong(call(FUNCTIONS[operation], person(role="admin"), path=path, json_body={}))


@pytest.mark.parametrize("operation", WITH_BODY)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe"], ids=repr)
def test_a_body_that_is_none(call, person, operation, body):
    path = dict.fromkeys(IDENTIFIED.get(operation, []), "5f2b0f3e-7d0c-4a53-9a0d-6a6f1d1c2b3a")
    assert_names_what_is_wrong(call(FUNCTIONS[operation], person(role="admin"), path=path, body=body))


def test_the_operations_are_read():
    assert len(IDENTIFIED) > 15
    assert len(WITH_BODY) > 25

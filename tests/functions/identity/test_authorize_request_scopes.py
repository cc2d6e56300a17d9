"""Whoever lacks an endpoint's scope is refused before what the request says is looked at."""

import importlib
import re
from pathlib import Path

import pytest

from tests.functions import conftest

FUNCTIONS = Path(__file__).parents[3] / "functions"
NEEDED = {"GenerateCaller": "generate", "SearchCaller": "search", "AdminCaller": "admin"}


def guarded():
    for path in sorted(FUNCTIONS.glob("*/*.py")):
        for guard in re.findall(r": (\w+Caller)\b", path.read_text(encoding="utf-8")):
            yield f"{path.parent.name}.{path.stem}", NEEDED[guard]


GUARDED = sorted(set(guarded()))


def test_every_scope_guards_something():
    assert {scope for _, scope in GUARDED} == {"generate", "search", "admin"}


@pytest.mark.parametrize(("function", "scope"), GUARDED)
def test_without_the_scope_it_is_forbidden(call, person, monkeypatch, function, scope):
    granted = set(conftest.SCOPES["admin"].split()) - {scope}
    monkeypatch.setitem(conftest.SCOPES, "user", " ".join(sorted(granted)))
    [route] = importlib.import_module(f"functions.{function}").router.routes
    path = dict.fromkeys(re.findall(r"{(\w+)}", route.path), "00000000-0000-0000-0000-000000000000")
    answer = call(function, person(), path=path, json_body={})
    assert answer.status == 403, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert scope in answer.body["detail"] or "administrator" in answer.body["detail"]

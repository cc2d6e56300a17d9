"""Analysis at once: numbers of the parser, remarks of linters, no model and no cost."""

import base64
import gzip

import pytest

from tests.layers.documentation.test_inputs import tarred
from tests.servers.archives import AT, archive_host

FUNCTION = "documentation.analyze_code"


def text(code, language="python", **more):
    return {"code_input": {"type": "string", "code": code, "language": language}, **more}


def test_an_anonymous_caller_is_refused(call, code):
    assert call(FUNCTION, json_body=text(code)).status == 401


def test_what_the_parser_finds_is_told(call, person, code):
    answer = call(FUNCTION, person(), json_body=text(code, depth="deep"))
    assert answer.status == 200, answer.body
    found = answer.body
    assert (found["files"], found["lines"], found["languages"]) == (1, 19, {"python": 19})
    assert {one["name"]: one["complexity"] for one in found["functions"]} == {"Cart.total": 4, "run": 1}
    [cart] = found["types"]
    assert (cart["name"], cart["built_on"], cart["docstring"]) == ("Cart", ["dict"], "What is bought.")
    assert found["documented_share"] == 0.667
    assert found["dependencies"]["outside"] == {"os": 1}
    assert [(one["line"], one["source"]) for one in found["security_remarks"]] == [(19, "bandit")]
    assert "class T1" in found["diagrams"]["types"]


def test_quick_leaves_out_what_was_not_looked_for(call, person, code):
    found = call(FUNCTION, person(), json_body=text(code, depth="quick")).body
    assert found["functions"]
    assert [found[name] for name in ("dependencies", "patterns", "security_remarks", "diagrams")] == [None] * 4


def test_it_costs_nothing(call, person, code):
    poor = person(budget=1)
    assert call(FUNCTION, poor, json_body=text(code)).status == 200
    assert call("budget.get_budget_status", poor).body["current_usage"] == 0


@pytest.mark.parametrize("language", ["python", "java", "sql", "kotlin"])
def test_what_is_no_code_is_said_to_be_unreadable_in_places(call, person, language):
    found = call(FUNCTION, person(), json_body=text("Привет ((( мир {{{", language)).body
    assert found["syntax_errors"] > 0
    assert found["functions"] == []


@pytest.mark.parametrize(
    ("filename", "content", "said"),
    [
        ("a.zip", b"PK\x03\x04broken", "damaged"),
        ("a.tar.gz", b"\x1f\x8bbroken", "damaged"),
        ("a.tar", b"", "at least 1"),
        ("a.png", b"\x89PNG", "neither code"),
        ("a.py", b"\x00\x01\x02\x03" * 10, "binary"),
    ],
)
def test_what_cannot_be_read_is_refused_clearly(call, person, filename, content, said):
    body = {"code_input": {"type": "file", "filename": filename, "content": base64.b64encode(content).decode()}}
    answer = call(FUNCTION, person(), json_body=body)
    assert answer.status in (415, 422), answer.body
    assert said in answer.body["detail"]


@pytest.mark.parametrize("url", ["http://127.0.0.1/a/b", "https://169.254.169.254/a/b", "https://localhost/a/b"])
def test_addresses_inside_are_refused(call, person, url):
    answer = call(FUNCTION, person(), json_body={"code_input": {"type": "repository", "url": url}})
    assert (answer.status, answer.body["code"]) == (422, "address_refused")


@pytest.mark.parametrize(
    ("status", "body", "expected", "code"),
    [
        (200, gzip.compress(tarred(("p-HEAD/a.py", b"def f(): pass\n"))), 200, None),
        (404, b"", 422, "invalid"),
        (500, b"", 503, "repository_unavailable"),
        (302, b"http://169.254.169.254/latest/meta-data/", 422, "address_refused"),
    ],
)
def test_a_repository_is_read_or_it_is_said_why_not(call, person, monkeypatch, status, body, expected, code):
    with archive_host(monkeypatch) as (url, answers):
        answers[AT] = (status, body)
        answer = call(FUNCTION, person(), json_body={"code_input": {"type": "repository", "url": url}})
    assert (answer.status, answer.body.get("code")) == (expected, code), answer.body


def test_more_than_is_read_at_once_is_refused(call, person):
    content = base64.b64encode(b"x = 1\n" * 200_000).decode()
    body = {"code_input": {"type": "file", "filename": "a.py", "content": content}}
    answer = call(FUNCTION, person(), json_body=body)
    assert (answer.status, answer.body["code"]) == (422, "too_much_code")

"""POST /api/v1/generate."""

import json

import pytest

from tests.functions.dialogue_world import money
from tests.functions.generation.conftest import BUDGETS, REQUEST, asked, prompts
from tests.layers.llm.provider_server import normal, status

START = "generation.start_generation"
GOOD = "Which teams have budgets of their own today?"


def worded(*questions):
    return normal(json.dumps({"questions": questions}))


def test_anonymous(call):
    assert call(START, json_body=REQUEST).status == 401


def test_without_the_scope(call, person, monkeypatch):
    monkeypatch.setitem(call.__globals__["SCOPES"], "user", "basic search")
    assert call(START, person(), json_body=REQUEST).body["missing_scopes"] == ["generate"]


def test_the_rules_ask_without_a_model_where_nothing_is_found(opened, person, server, db):
    me = person()
    body = opened(me)
    assert (body["status"], body["is_ready_to_generate"], body["found"], body["degraded"]) == (
        "asking",
        False,
        [],
        None,
    )
    assert asked(body) == ["background", "users", "success", "data", "scale", "external", "urgency"]
    kinds = {question["question_id"]: question["question_type"] for question in body["questions"]}
    assert kinds == {"background": "text", "users": "text", "success": "text", "data": "multiple_choice",
                     "scale": "number", "external": "boolean", "urgency": "choice"}  # fmt: skip
    assert (len(server.records), body["cost"], money(db, me)) == (0, 0, (0, 0))
    assert body["document_worst_case"] > 0


def test_what_was_found_is_asked_about_and_read_by_the_model(opened, person, server, upload, db):
    me = person()
    document = upload(me, BUDGETS, title="Budgets")
    server.default = worded(GOOD, "Why?", "No question about budgets", "What colour is the sky above the harbour?")
    body = opened(me)
    [sources] = [question for question in body["questions"] if question["question_id"] == "sources"]
    assert (sources["asked_by"], sources["options"]) == ("search", [{"value": document, "label": "Budgets"}])
    model = [question for question in body["questions"] if question["asked_by"] == "model"]
    assert [(question["question_id"], question["question"]) for question in model] == [("model_1", GOOD)]
    assert "A hold reserves the worst case" in prompts(server)[0]
    assert money(db, me) == (round(body["cost"] * 1e6), 0)
    assert body["cost"] > 0


def test_a_question_of_the_rules_is_not_asked_twice(opened, person, server, upload):
    me = person()
    upload(me, BUDGETS)
    server.default = worded("Who will use the budgets, and how do they manage today without it?")
    assert not [question for question in opened(me)["questions"] if question["asked_by"] == "model"]


@pytest.mark.parametrize("broken", [status(500), normal("not json at all"), normal('{"questions": "?"}')])
def test_a_model_that_fails_leaves_the_rules(opened, person, server, upload, broken, db):
    me = person()
    upload(me, BUDGETS)
    server.default = broken
    body = opened(me)
    assert "users" in asked(body)
    assert not [question for question in body["questions"] if question["asked_by"] == "model"]
    assert money(db, me)[1] == 0


def test_a_model_that_is_away_is_said(opened, person, server, upload):
    me = person()
    upload(me, BUDGETS)
    server.default = status(500)
    assert opened(me)["degraded"] == "model_unavailable"


def test_no_budget_no_question_to_a_model(call, person, server, upload):
    me = person(budget=1)
    upload(me, BUDGETS)
    answer = call(START, me, json_body=REQUEST)
    assert (answer.status, answer.body["code"], len(server.records)) == (402, "budget_exceeded", 0)


def test_in_the_language_of_the_request(opened, person):
    body = opened(person(), initial_request="Бюджеты для команд с предупреждением до исчерпания")
    assert body["questions"][1]["question"].startswith("Кто будет этим пользоваться")


def test_changing_something_begins_with_what(opened, person, upload, server):
    server.default = worded()
    me = person()
    document = upload(me, BUDGETS, title="Budgets")
    [subject, *_] = opened(me, task_type="modify_existing")["questions"]
    assert (subject["question_type"], [option["value"] for option in subject["options"]]) == (
        "choice", [document, "other"]
    )  # fmt: skip
    [subject, *_] = opened(person(), task_type="analyze_current")["questions"]
    assert (subject["question_id"], subject["question_type"]) == ("subject", "text")


def test_another_organizations_documents_are_not_found(opened, person, upload):
    upload(person(), BUDGETS)
    assert opened(person())["found"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("task_type", "poem"), ("initial_request", "short"), ("initial_request", "x" * 2001), ("context", "a\x00b"),
     ("search_sources", ["x"] * 51)],
)  # fmt: skip
def test_what_is_malformed_is_named(call, person, field, value):
    answer = call(START, person(), json_body={**REQUEST, field: value})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, f"/{field}")

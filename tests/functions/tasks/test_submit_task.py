"""Submitting a task: held, stored, ticketed once, or refused without a trace."""

import json

import pytest

RFC = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets for teams"}}


def tasks(db, person):
    with db.reading() as work:
        return work.run("SELECT task_id, status, held FROM tasks WHERE user_id = CAST(:id AS uuid)", id=person.user_id)


def test_an_anonymous_caller_is_refused(call):
    assert call("tasks.submit_task", json_body=RFC).status == 401


def test_stores_the_task_holds_its_cost_and_sends_a_ticket(call, person, db, sent):
    someone = person()
    answer = call("tasks.submit_task", someone, json_body=RFC)
    assert answer.status == 202, answer.body
    [task] = tasks(db, someone)
    assert str(task["task_id"]) == answer.body["task_id"]
    assert answer.body["held"] == task["held"] / 1e6 > 0
    assert sent == [
        ("LLM_GENERATE_RFC_QUEUE_URL", {"task_type": "llm_generate_rfc", "task_id": answer.body["task_id"]})
    ]
    assert call("budget.get_budget_status", someone).body["held"] == answer.body["held"]


def test_the_same_idempotency_key_makes_one_task(call, person, db, sent):
    someone = person()
    answers = [call("tasks.submit_task", someone, json_body=RFC, headers={"idempotency-key": "k1"}) for _ in range(2)]
    assert answers[0].body["task_id"] == answers[1].body["task_id"]
    assert len(tasks(db, someone)) == len(sent) == 1


def test_the_same_key_for_something_else_is_a_conflict(call, person, sent):
    someone = person()
    call("tasks.submit_task", someone, json_body=RFC, headers={"idempotency-key": "k2"})
    other = {**RFC, "task_args": {"topic": "Something else"}}
    answer = call("tasks.submit_task", someone, json_body=other, headers={"idempotency-key": "k2"})
    assert (answer.status, answer.body["code"]) == (409, "conflict")


def test_the_same_key_of_another_user_is_another_task(call, person, sent):
    first, second = person(), person()
    a = call("tasks.submit_task", first, json_body=RFC, headers={"idempotency-key": "k3"})
    b = call("tasks.submit_task", second, json_body=RFC, headers={"idempotency-key": "k3"})
    assert a.body["task_id"] != b.body["task_id"]


def test_what_the_budget_does_not_hold_is_refused_and_nothing_is_stored(call, person, db, sent):
    someone = person(budget=1)
    answer = call("tasks.submit_task", someone, json_body=RFC)
    assert (answer.status, answer.body["code"], answer.body["level"]) == (402, "budget_exceeded", "user")
    assert answer.body["resets_at"]
    assert answer.body["remaining"] == 1e-6
    assert tasks(db, someone) == []
    assert sent == []


ODD = "Привет'; DROP TABLE tasks; -- `SELECT * FROM users` <script>alert(1)</script> 😀"


def test_ordinary_text_is_never_refused(call, person, db, sent):
    someone = person()
    answer = call("tasks.submit_task", someone, json_body={**RFC, "task_args": {"topic": ODD}})
    assert answer.status == 202
    with db.reading() as work:
        [row] = work.run("SELECT args FROM tasks WHERE user_id = CAST(:id AS uuid)", id=someone.user_id)
    assert row["args"]["topic"] == ODD


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/task_func"),
        ({"task_func": "no_such_type"}, "/task_func"),
        ({"task_func": 5}, "/task_func"),
        ({"task_func": "llm_generate_rfc", "task_args": []}, "/task_args"),
        ({"task_func": "llm_generate_rfc"}, "/task_args/topic"),
        ({"task_func": "llm_generate_rfc", "task_args": {"topic": "  "}}, "/task_args/topic"),
        ({"task_func": "llm_generate_rfc", "task_args": {"topic": "x" * 501}}, "/task_args/topic"),
        (
            {"task_func": "llm_generate_rfc", "task_args": {"topic": "abc", "target_length": 0}},
            "/task_args/target_length",
        ),
        (
            {"task_func": "llm_generate_rfc", "task_args": {"topic": "abc", "target_length": -5}},
            "/task_args/target_length",
        ),
        (
            {"task_func": "llm_generate_rfc", "task_args": {"topic": "abc", "target_length": 10**30}},
            "/task_args/target_length",
        ),
        ({"task_func": "llm_generate_rfc", "task_args": {"topic": "abc", "unknown": 1}}, "/task_args/unknown"),
        ({**RFC, "priority": "highest"}, "/priority"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(call, person, db, sent, body, pointer):
    someone = person()
    answer = call("tasks.submit_task", someone, json_body=body)
    assert answer.status == 422, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["errors"][0]["pointer"] == pointer
    assert tasks(db, someone) == []
    assert sent == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1,2", b"\xff\xfe", b"null", json.dumps("text").encode()])
def test_what_is_not_a_json_object_is_refused(call, person, db, sent, body):
    someone = person()
    answer = call("tasks.submit_task", someone, body=body)
    assert answer.status == 422, answer.body
    assert tasks(db, someone) == []


def test_the_one_character_that_cannot_be_stored_is_refused_by_name(call, person, db, sent):
    someone = person()
    answer = call("tasks.submit_task", someone, json_body={**RFC, "task_args": {"topic": "abc\u0000def"}})
    assert answer.status == 422
    assert "U+0000" in answer.body["detail"]
    assert tasks(db, someone) == []


def test_the_request_s_id_goes_with_the_task_to_its_notifications(call, person, db, sent):
    someone = person()
    answer = call("tasks.submit_task", someone, json_body=RFC, headers={"x-request-id": "console-0815"})
    assert answer.status == 202, answer.body
    with db.reading() as work:
        [task] = work.run(
            "SELECT request_id FROM tasks WHERE task_id = CAST(:task AS uuid)", task=answer.body["task_id"]
        )
        [message] = work.run("SELECT data FROM notifications WHERE user_id = CAST(:u AS uuid)", u=someone.user_id)
    assert task["request_id"] == message["data"]["request_id"] == "console-0815"

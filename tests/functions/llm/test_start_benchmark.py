"""The benchmark is the administrator's, and is held whole before it starts."""

import pytest

SMALL = {"prompts": ["One?", "Two?"], "repetitions": 2, "max_tokens": 20}


@pytest.fixture(autouse=True)
def empty_queue(db):
    with db.transaction() as work:
        work.run("DELETE FROM tasks WHERE task_type = 'benchmark_providers'")


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.start_benchmark", json_body=SMALL).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call("llm.start_benchmark", person(), json_body=SMALL).status == 403


def test_users_cannot_reach_it_as_a_task_either(call, person, providers, sent):
    body = {"task_func": "benchmark_providers", "task_args": SMALL}
    assert call("tasks.submit_task", person(), json_body=body).status == 422


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"prompts": []}, "/prompts"), ({"repetitions": 6}, "/repetitions"),
     ({"prompts": ["x"] * 10, "repetitions": 3}, "/repetitions"), ({"max_tokens": 0}, "/max_tokens"),
     ({"other": 1}, "/other"), ({"prompts": [" "]}, "/prompts/0")],
)  # fmt: skip
def test_bad_input_is_named(call, person, providers, sent, change, pointer):
    answer = call("llm.start_benchmark", person(role="admin"), json_body={**SMALL, **change})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert sent == []


def test_a_budget_without_room_refuses_it(call, person, providers, sent):
    answer = call("llm.start_benchmark", person(role="admin", budget=10), json_body=SMALL)
    assert (answer.status, answer.body["level"]) == (402, "user")


def test_the_same_key_makes_one_benchmark(call, person, providers, sent):
    admin = person(role="admin")
    ids = {
        call("llm.start_benchmark", admin, json_body=SMALL, headers={"idempotency-key": "b1"}).body["task_id"]
        for _ in range(2)
    }
    assert len(ids) == 1


def test_the_defaults_need_no_body(call, person, providers, sent):
    assert call("llm.start_benchmark", person(role="admin")).status == 202

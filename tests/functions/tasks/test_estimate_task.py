"""POST /api/v1/async-tasks/estimate."""

import uuid

import pytest

from assistant.llm import prices

RFC = {"task_func": "llm_generate_rfc", "task_args": {"topic": "Budgets for teams"}}


def estimate(call, person, body=RFC):
    return call("tasks.estimate_task", person, json_body=body)


def test_an_anonymous_caller_is_refused(call):
    assert estimate(call, None).status == 401


def test_the_worst_case_is_what_submitting_holds(call, person, sent):
    someone = person()
    told = estimate(call, someone).body
    assert told["can_proceed"] is True
    assert (told["typical"], told["low"]) == (None, None)
    assert told["model"] == "SmolLM2-135M-Instruct"
    assert {level["level"] for level in told["levels"]} == {"organization", "user"}
    assert call("tasks.submit_task", someone, json_body=RFC).body["held"] == told["worst_case"] > 0


def test_nothing_is_held_by_asking(call, person):
    someone = person()
    estimate(call, someone)
    assert call("budget.get_budget_status", someone).body["held"] == 0


def test_the_range_comes_from_the_organizations_finished_tasks(call, person, db):
    someone, stranger = person(), person()
    with db.transaction() as work:
        for owner, cost in [(someone, 100), (someone, 200), (someone, 600), (stranger, 1000)]:
            work.run(
                """INSERT INTO tasks (organization_id, user_id, task_type, args, request_hash, status, held, cost,
                                      finished_at)
                   VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 'llm_generate_rfc', '{}', '', 'completed', 1000, :cost,
                           now())""",
                o=owner.organization_id,
                u=owner.user_id,
                cost=cost,
            )
    told = estimate(call, someone).body
    assert told["typical"] == pytest.approx(told["worst_case"] * 0.2, abs=1e-6)
    assert told["low"] == pytest.approx(told["worst_case"] * 0.1, abs=1e-6)
    assert estimate(call, stranger).body["typical"] is None


@pytest.mark.parametrize(
    "question",
    [
        RFC,
        {
            "task_func": "llm_enhance_document",
            "task_args": {"text": "Nobody knows why the service stops at night.", "enhancement_type": "clarity"},
        },
        {
            "task_func": "answer_question",
            "task_args": {"message_id": str(uuid.uuid4()), "question": "Why does it restart?", "mode": "general"},
        },
    ],
    ids=lambda question: question["task_func"],
)
def test_what_does_not_fit_names_a_cheaper_model_that_would(call, person, monkeypatch, question):
    monkeypatch.setenv("LLM_BASE_URL", "https://api.openai.com/v1")
    monkeypatch.setenv("LLM_MODEL", "gpt-4o")
    needed = round(estimate(call, person(), question).body["worst_case"] * 1e6)
    told = estimate(call, person(budget=needed // 2), question).body
    assert told["can_proceed"] is False
    assert "user" in told["reason"]
    best = told["cheaper_models"][0]
    assert best["fits"] is True
    assert best["worst_case"] <= needed // 2 / 1e6
    assert prices.listed_price("openai", best["model"]) is not None


def test_an_unknown_type_is_invalid(call, person):
    answer = estimate(call, person(), {"task_func": "mine_bitcoin"})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/task_func")


def test_wrong_arguments_are_named(call, person):
    answer = estimate(call, person(), {**RFC, "task_args": {"topic": ""}})
    assert answer.body["errors"][0]["pointer"] == "/task_args/topic"

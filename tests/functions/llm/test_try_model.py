"""One question: a real hold, call and settlement, and an answer that says what it cost."""

import pytest

from assistant.budget.proof import discrepancies
from tests.layers.llm import provider_server as ps

QUESTION = {"prompt": "Hello?", "system_prompt": "Be brief.", "max_tokens": 30, "temperature": 0.5}


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.try_model", json_body=QUESTION).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call("llm.try_model", person(), json_body=QUESTION).status == 403


def spent(call, who):
    body = call("budget.get_budget_status", who).body
    return round(body["current_usage"] * 1e6), round(body["held"] * 1e6)


def rows(db, who):
    with db.reading() as work:
        assert discrepancies(work) == []
        return work.run(
            """SELECT provider_id, model, purpose, outcome, cost, input_tokens, output_tokens, request_id
               FROM llm_calls WHERE user_id = CAST(:id AS uuid) ORDER BY created_at""",
            id=who.user_id,
        )


def test_the_answer_its_tokens_and_its_money(call, person, db, providers):
    admin = person(role="admin")
    usage = ps.usage_of(20, 3, prompt_tokens_details={"cached_tokens": 8})
    providers["first"].default = ps.normal("Hi", " there", usage=usage)
    answer = call("llm.try_model", admin, json_body=QUESTION)
    assert answer.status == 200, answer.body
    body = answer.body
    cost = -(-(12 * 2_500_000 + 8 * 1_250_000 + 3 * 10_000_000) // 1_000_000)
    assert (body["content"], body["provider"], body["model"]) == (
        "Hi there", providers["ids"]["first"], "test-model-2026",
    )  # fmt: skip
    assert (body["input_tokens"], body["output_tokens"], body["cached_tokens"]) == (20, 3, 8)
    assert (body["cost"], body["tries"], body["stop_reason"]) == (cost / 1e6, 1, "stop")
    assert body["held"] > body["cost"]
    assert body["first_token_ms"] <= body["duration_ms"]
    [row] = rows(db, admin)
    assert (row["cost"], row["request_id"], row["purpose"]) == (cost, body["request_id"], "llm_test")
    assert spent(call, admin) == (cost, 0)
    asked = providers["first"].records[0].body
    assert asked["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    assert (asked["max_completion_tokens"], asked["temperature"]) == (30, 0.5)


def test_the_provider_that_was_named_answers_alone(call, person, db, providers):
    admin = person(role="admin")
    providers["second"].default = ps.status(400)
    answer = call("llm.try_model", admin, json_body={**QUESTION, "provider": providers["ids"]["second"]})
    assert (answer.status, answer.body["code"]) == (502, "model_rejected")
    assert providers["first"].records == []
    assert spent(call, admin) == (0, 0)
    assert [row["outcome"] for row in rows(db, admin)] == ["failed"]


def test_a_failover_is_told(call, person, db, providers):
    admin = person(role="admin")
    providers["first"].default = ps.status(503)
    body = call("llm.try_model", admin, json_body=QUESTION).body
    assert (body["provider"], body["tries"]) == (providers["ids"]["second"], 2)
    assert spent(call, admin) == (round(body["cost"] * 1e6), 0)
    assert [row["outcome"] for row in rows(db, admin)] == ["failed", "succeeded"]


def test_half_an_answer_stays_held(call, person, db, providers):
    admin = person(role="admin")
    providers["first"].default = ps.half("Hel")
    answer = call("llm.try_model", admin, json_body=QUESTION)
    assert (answer.status, answer.body["code"]) == (503, "model_unavailable")
    charged, held = spent(call, admin)
    assert charged == 0
    assert held > 0
    assert [row["outcome"] for row in rows(db, admin)] == ["unknown"]


def test_a_busy_model_says_when_to_come_again(call, person, providers):
    providers["first"].default = providers["second"].default = ps.throttled("3600")
    answer = call("llm.try_model", person(role="admin"), json_body=QUESTION)
    assert (answer.status, answer.body["code"]) == (503, "model_throttled")
    assert answer.headers["retry-after"] == "3600"


def test_what_the_budget_does_not_hold_is_not_asked(call, person, db, providers):
    admin = person(role="admin", budget=1)
    answer = call("llm.try_model", admin, json_body=QUESTION)
    assert (answer.status, answer.body["level"]) == (402, "user")
    assert providers["first"].records == []
    assert rows(db, admin) == []


def test_a_model_without_a_price_is_not_asked(call, person, providers):
    named = {**QUESTION, "provider": providers["ids"]["unpriced"]}
    answer = call("llm.try_model", person(role="admin"), json_body=named)
    assert (answer.status, answer.body["code"]) == (422, "unpriced_model")
    assert providers["unpriced"].records == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"prompt": " "}, "/prompt"),
        ({"prompt": "x" * 8001}, "/prompt"),
        ({"max_tokens": 0}, "/max_tokens"),
        ({"max_tokens": 10**9}, "/max_tokens"),
        ({"temperature": 2.1}, "/temperature"),
        ({"provider": "gemini"}, "/provider"),
    ],
)
def test_bad_input_is_named(call, person, providers, change, pointer):
    answer = call("llm.try_model", person(role="admin"), json_body={**QUESTION, **change})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert providers["first"].records == []

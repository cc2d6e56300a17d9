"""The benchmark: every provider asked, a table after, and the ledger right."""

import pytest

from assistant.budget.proof import discrepancies
from assistant.identity.caller import Caller
from assistant.tasks.cancel import cancel
from assistant.tasks.read import get_task
from functions.workers import benchmark_providers as worker
from tests.functions.three_providers import running
from tests.layers.llm import provider_server as ps

SMALL = {"prompts": ["One?", "Two?"], "repetitions": 2, "max_tokens": 20}


@pytest.fixture
def providers(monkeypatch):
    with running(monkeypatch) as servers:
        yield servers


@pytest.fixture(autouse=True)
def empty_queue(db):
    with db.transaction() as work:
        work.run("DELETE FROM tasks WHERE task_type = 'benchmark_providers'")


def run(db, context, task_id):
    event = {"Records": [{"messageId": "1", "body": f'{{"task_type": "benchmark_providers", "task_id": "{task_id}"}}',
                          "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}, "receiptHandle": "r",
                          "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q", "awsRegion": "us-east-1",
                          "md5OfBody": ""}]}  # fmt: skip
    assert worker.handler(event, context) == {"batchItemFailures": []}


def caller_of(person):
    return Caller(person.user_id, person.organization_id, person.role, frozenset({"admin"}), "", person.email)


def stored(db, admin, task_id):
    with db.reading() as work:
        assert discrepancies(work) == []
        return get_task(work, caller_of(admin), task_id)


def test_every_provider_is_asked_and_compared(call, person, providers, sent, db, context):
    admin = person(role="admin")
    providers["first"].default = ps.normal("ok", usage=ps.usage_of(100, 10))
    providers["second"].default = ps.status(400)
    answer = call("llm.start_benchmark", admin, json_body=SMALL)
    assert (answer.status, answer.body["status"]) == (202, "queued")
    assert sent[-1][0] == "BENCHMARK_PROVIDERS_QUEUE_URL"
    run(db, context, answer.body["task_id"])
    task = stored(db, admin, answer.body["task_id"])
    assert task.status == "completed", task.error
    lines = {line["provider"]: line for line in task.result["providers"]}
    assert next(iter(lines)) == providers["ids"]["first"]
    first = lines[providers["ids"]["first"]]
    each = (100 * 2_500_000 + 10 * 10_000_000) // 1_000_000
    assert (first["calls"], first["succeeded"], first["cost_microdollars"]) == (4, 4, 4 * each)
    assert (first["input_tokens"], first["output_tokens"]) == (400, 40)
    assert first["tokens_per_second"] > 0
    second = lines[providers["ids"]["second"]]
    assert (second["succeeded"], second["errors"], second["cost_microdollars"]) == (0, ["model_rejected"], 0)
    assert lines[providers["ids"]["unpriced"]]["errors"] == ["unpriced_model"]
    assert (len(providers["first"].records), len(providers["second"].records)) == (4, 4)
    assert providers["unpriced"].records == []
    assert task.cost == 4 * each <= task.held
    assert round(call("budget.get_budget_status", admin).body["held"] * 1e6) == 0


def test_what_was_asked_is_not_asked_again_by_a_later_attempt(call, person, providers, sent, db, context, monkeypatch):
    admin = person(role="admin")
    for name in ("first", "second"):
        providers[name].default = ps.normal("ok", usage=ps.usage_of(100, 10))
    task_id = call("llm.start_benchmark", admin, json_body=SMALL).body["task_id"]
    real, count = worker.benchmark._ask, []

    def breaks(*arguments):
        count.append(1)
        if len(count) == 3:
            raise RuntimeError("the sandbox died")
        return real(*arguments)

    monkeypatch.setattr(worker.benchmark, "_ask", breaks)
    run(db, context, task_id)
    assert stored(db, admin, task_id).status == "queued"
    with db.transaction() as work:
        work.run("UPDATE tasks SET not_before = now() WHERE task_id = CAST(:id AS uuid)", id=task_id)
    run(db, context, task_id)
    assert stored(db, admin, task_id).status == "completed"
    assert len(providers["first"].records) == 4


def test_a_cancelled_benchmark_says_what_it_saved(call, person, providers, sent, db, context, monkeypatch):
    admin = person(role="admin")
    monkeypatch.setattr("assistant.tasks.claim.HEARTBEAT_SECONDS", 0.0)
    task_id = call("llm.start_benchmark", admin, json_body={**SMALL, "max_tokens": 1000}).body["task_id"]

    async def cancelled_while_talking(exchange):
        if len(providers["first"].records) == 1:
            database = type(db)(db._open)
            with database.transaction() as work:
                cancel(work, caller_of(admin), task_id)
            database.discard()
        await ps.endless()(exchange)

    providers["first"].default = cancelled_while_talking
    run(db, context, task_id)
    task = stored(db, admin, task_id)
    assert task.status == "cancelled"
    assert 0 < task.cost < task.held
    assert task.result["saved_microdollars"] == task.held - task.cost
    assert task.result["cost_microdollars"] == task.cost
    assert providers["first"].records[0].client_closed.wait(2)

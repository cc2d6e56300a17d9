"""Consumes LlmGenerateRfcQueue: a document, whatever the provider does, and never a wrong bill."""

import threading
import time

import pytest

from assistant.identity.caller import Caller
from assistant.llm import gateway
from assistant.llm.circuit import FAILURES, SandboxCircuit
from assistant.platform import objects
from assistant.platform.db import Database
from assistant.search.documents import store_document
from assistant.search.uploads import Upload
from assistant.tasks.run import run_ticket
from functions.schedules.reconcile_budgets import handler as reconcile
from functions.workers import llm_generate_rfc
from tests.functions.workers.conftest import ONE_CALL, TEXT, priced
from tests.layers.llm.provider_server import endless, half, hang_up_at_once, normal, status, throttled

WRITTEN = "".join(TEXT).strip()


def test_a_ticket_without_a_task_does_nothing(job, server):
    first = job()
    first.ticket()
    requests = len(server.records)
    assert first.ticket() == {"batchItemFailures": []}
    assert len(server.records) == requests


def test_writes_the_whole_document(job, server):
    task = job()
    assert task.ticket() == {"batchItemFailures": []}
    state = task.state
    assert (state["status"], state["progress"], state["attempts"]) == ("completed", 100, 1), state["error"]
    result = state["result"]
    headings = [line for line in result["rfc_content"].splitlines() if line.startswith("#")]
    assert headings == ["# RFC: Budgets for teams", "## Summary", "## Proposal", "## Sources"]
    assert result["rfc_content"].count(WRITTEN) == 2
    assert result["rfc_content"].count("*Open question:*") == 2
    assert "test-model-2026" in result["rfc_content"]
    assert result["word_count"] == len(result["rfc_content"].split())
    assert len(server.records) == 2


def test_the_cost_is_tokens_times_price_everywhere(job):
    task = job()
    task.ticket()
    usage = task.state["result"]["usage"]
    assert (usage["calls"], usage["input_tokens"], usage["output_tokens"]) == (2, 24, 2 * len(TEXT))
    assert task.cost == 2 * ONE_CALL == sum(call["cost"] for call in task.calls)
    assert task.hold == {"state": "settled", "amount": task.held, "settled": task.cost, "kept": 0}
    assert task.budget() == (task.cost, 0)


def test_its_owner_hears_each_stage_in_order(job):
    task = job()
    task.ticket()
    offsets, kinds, stages = zip(*task.notified, strict=True)
    assert offsets == tuple(range(1, len(offsets) + 1))
    assert stages == (
        "queued", "budget_held", "context_fetched", "generating", "generating", "quality_checked", "done"
    )  # fmt: skip
    assert kinds == ("task_progress",) * 6 + ("task_completed",)


def test_its_sources_are_cited_word_for_word(job, db, person, monkeypatch):
    monkeypatch.setattr(objects, "put", lambda *_: None)
    owner = person()
    text = "Budgets of teams are limits.\n\nA hold reserves the worst case before the call is made."
    caller = Caller(owner.user_id, owner.organization_id, owner.role, frozenset(), "", owner.email)
    with db.transaction() as work:
        document = store_document(work, caller, Upload(text.encode(), "budgets.md", "text/markdown"))
    task = job(owner)
    task.ticket()
    result = task.state["result"]
    [source] = result["sources_used"]
    assert source["document_id"] == document.document_id
    assert source["excerpt"] in " ".join(text.split())
    assert source["excerpt"] in result["rfc_content"]


def test_odd_text_in_the_topic_is_only_text(job, server):
    topic = "Привет'; DROP TABLE tasks; -- `rm -rf /` <script>{{7*7}}</script> [1] %s :name 😀"
    task = job(topic=topic)
    task.ticket()
    assert task.state["result"]["title"] == f"RFC: {topic}"
    assert topic in server.records[0].body["messages"][1]["content"]


def test_a_provider_that_is_busy_is_asked_again(job, server):
    server.plan(throttled(), throttled())
    task = job()
    task.ticket()
    assert (task.state["status"], task.state["attempts"], task.cost) == ("completed", 1, 2 * ONE_CALL)
    assert len(server.records) == 4


def test_a_provider_that_always_fails_costs_nothing_and_ends_the_task(job, server):
    server.default = status(500)
    task = job()
    for attempt in range(1, 6):
        assert task.ticket() == {"batchItemFailures": []}
        state = task.state
        assert state["attempts"] == attempt
        assert state["status"] == ("queued" if attempt < 5 else "dead")
        task.pause_is_over()
    assert (state["error"]["code"], state["result"]) == ("model_unavailable", None)
    assert "planned" not in str(state["error"])  # the provider's words are for the log
    assert len(server.records) == 5 * gateway.TRIES
    assert (task.cost, task.budget()) == (0, (0, 0))
    assert task.notified[-1][1] == "task_failed"
    task.ticket()
    assert len(server.records) == 5 * gateway.TRIES


def test_a_provider_that_is_left_alone_by_all_is_not_asked_and_the_task_waits(job, server, monkeypatch):
    server.default = status(500)
    shared = SandboxCircuit()
    monkeypatch.setattr(gateway, "shared_circuit", lambda: shared)
    task = job()
    for _ in range(3):
        task.ticket()
        task.pause_is_over()
    assert len(server.records) == FAILURES
    assert (task.state["status"], task.state["error"]["code"]) == ("queued", "model_unavailable")
    assert (task.cost, task.budget()) == (0, (0, task.held))


def test_a_retry_waits_its_turn(job, server):
    server.default = status(500)
    task = job()
    task.ticket()
    task.ticket()
    assert task.state["attempts"] == 1


def test_a_provider_that_refuses_is_not_asked_again(job, server):
    server.default = status(400, "context_length_exceeded")
    task = job()
    task.ticket()
    assert (task.state["status"], task.state["error"]["code"]) == ("failed", "model_rejected")
    assert len(server.records) == 1
    assert task.budget() == (0, 0)


@pytest.mark.parametrize("broken", [half(*TEXT[:2]), hang_up_at_once, status(502)])
def test_a_call_of_unknown_outcome_stays_held_while_its_repetition_is_paid(job, server, broken, scheduled, context, db):
    server.plan(normal(*TEXT), broken)
    task = job()
    task.ticket()
    assert task.state["status"] == "queued"
    [first, lost] = task.calls
    assert (first["outcome"], lost["outcome"], lost["cost"]) == ("succeeded", "unknown", None)
    assert task.budget() == (0, task.held)
    task.pause_is_over()
    task.ticket()
    assert (task.state["status"], task.state["attempts"]) == ("completed", 2)
    assert task.cost == 2 * ONE_CALL  # each section once; the lost call is not settled yet …
    hold = task.hold
    assert (hold["state"], hold["kept"]) == ("unknown", lost["reserved"])
    assert task.budget() == (2 * ONE_CALL, lost["reserved"])
    with db.transaction() as work:
        work.run("UPDATE holds SET settled_at = now() - interval '1 hour' WHERE request_id = :id", id=task.task_id)
    reconcile(scheduled, context)
    assert task.hold["state"] == "settled"
    assert task.cost == 2 * ONE_CALL + lost["reserved"]  # … and then costs the most that it can have cost
    assert task.budget() == (task.cost, 0)


@pytest.mark.parametrize(("to_spare", "status"), [(0, "failed"), (10_000, "completed")])
def test_the_hold_is_extended_when_lost_calls_have_used_it_up_or_the_task_ends(
    job, server, call, person, to_spare, status
):
    usual = job(sections=["Summary"])
    call("tasks.cancel_task", usual.owner, path={"task_id": usual.task_id})
    task = job(person(budget=usual.held + to_spare), sections=["Summary"])
    server.plan(half(*TEXT[:2]), half(*TEXT[:2]))
    for _ in range(3):
        task.ticket()
        task.pause_is_over()
    reserved = task.calls[0]["reserved"]
    assert 3 * reserved > usual.held  # the third try does not fit any more
    assert task.state["status"] == status
    assert task.budget() == (task.cost, 2 * reserved)
    if status == "failed":
        assert (task.state["error"]["code"], task.cost, task.hold["amount"]) == ("budget_exceeded", 0, usual.held)
    else:
        assert (task.cost, task.hold["amount"]) == (ONE_CALL, 3 * reserved)


def test_cancelling_closes_the_providers_connection_and_charges_what_was_used(
    job, server, call, connect, record_property
):
    server.default = endless(delay=0.05)
    task = job(target_length=1000)
    worker_database = Database(connect)
    worker = threading.Thread(target=run_ticket, args=(worker_database, "llm_generate_rfc", llm_generate_rfc.perform))
    worker.start()
    while not server.records or server.records[0].pieces < 5:
        assert worker.is_alive()
        time.sleep(0.01)
    asked = time.monotonic()
    assert call("tasks.cancel_task", task.owner, path={"task_id": task.task_id}).body["status"] == "running"
    assert server.records[0].client_closed.wait(2), "the model still writes"
    worker.join(5)
    worker_database.discard()
    closed_after = server.records[0].client_closed_at - asked
    record_property("seconds_until_closed", closed_after)
    assert closed_after < 2
    state = task.state
    assert state["status"] == "cancelled"
    assert "rfc_content" not in state["result"]
    [used] = task.calls
    assert used["outcome"] == "cancelled"
    assert 0 < used["cost"] == task.cost < used["reserved"] <= task.held
    assert task.budget() == (task.cost, 0)
    assert (len(server.records), task.notified[-1][1]) == (1, "task_cancelled")


def test_a_provider_that_bills_more_than_was_held_is_an_incident_not_a_debt(job, server, db):
    server.plan(normal(*TEXT, usage={"prompt_tokens": 5_000_000, "completion_tokens": 4, "total_tokens": 0}))
    task = job()
    task.ticket()
    reserved = task.calls[0]["reserved"]
    assert task.cost == reserved + ONE_CALL < task.held
    assert (task.hold["amount"], task.budget()) == (task.held, (task.cost, 0))
    with db.reading() as work:
        incidents = work.run("SELECT kind, amount FROM budget_incidents WHERE request_id = :id", id=task.task_id)
    assert incidents == [{"kind": "billed_above_hold", "amount": priced(5_000_000, 4) - reserved}]


def test_a_section_without_text_is_said_to_be_empty(job, server):
    server.default = normal(usage={"prompt_tokens": 12, "completion_tokens": 0, "total_tokens": 0})
    task = job()
    task.ticket()
    assert task.state["status"] == "completed"
    assert "Summary is empty." in task.state["result"]["quality"]["remarks"]

"""POST /api/v1/generate/finalize."""

import uuid

from tests.functions.dialogue_world import money
from tests.functions.generation.conftest import ANSWERS, BUDGETS, prompts
from tests.layers.llm.provider_server import normal


def test_anonymous(call):
    assert call("generation.finalize_generation", json_body={"session_id": str(uuid.uuid4())}).status == 401


def test_a_stranger_finds_no_session(ready, finalize, person, sent):
    me = person()
    session_id = ready(me)
    assert finalize(person(), session_id).status == 404
    assert finalize(person(me.organization_id), session_id).status == 404


def test_open_questions_are_named(opened, finalize, reply, person, sent):
    me = person()
    session_id = opened(me)["session_id"]
    reply(me, session_id, users="Team leads")
    refused = finalize(me, session_id)
    assert (refused.status, refused.body["unanswered"]) == (409, ["success", "data", "external"])
    assert sent == []


def test_a_task_is_submitted_once_and_its_worst_case_held(call, ready, finalize, person, sent, db):
    me = person()
    session_id = ready(me)
    before = call("generation.get_generation_session", me, path={"session_id": session_id}).body
    first = finalize(me, session_id)
    assert first.status == 202
    assert first.body["held"] == before["document_worst_case"]
    assert money(db, me) == (0, round(first.body["held"] * 1e6))
    again = finalize(me, session_id)
    assert (again.status, again.body["task_id"]) == (202, first.body["task_id"])
    assert [body["task_id"] for queue, body in sent if queue == "LLM_GENERATE_RFC_QUEUE_URL"] == [first.body["task_id"]]
    state = call("generation.get_generation_session", me, path={"session_id": session_id}).body
    assert (state["status"], state["task_id"]) == ("generating", first.body["task_id"])


def test_over_budget_nothing_is_stored(ready, finalize, person, sent, call):
    me = person(budget=10)
    session_id = ready(me)
    refused = finalize(me, session_id)
    assert (refused.status, refused.body["code"], sent) == (402, "budget_exceeded", [])
    state = call("generation.get_generation_session", me, path={"session_id": session_id}).body
    assert (state["status"], state["task_id"]) == ("ready", None)


def test_the_document_holds_every_answer_and_the_model_sees_them(ready, finalize, work_on, person, server, call, sent):
    me = person()
    session_id = ready(me)
    task = finalize(me, session_id, additional_requirements="It must work on a laptop, too.").body
    work_on(task["task_id"], "llm_generate_rfc")
    written = finalize(me, session_id)
    assert written.status == 200, call("tasks.get_task", me, path={"task_id": task["task_id"]}).body
    text = written.body["full_content"]
    for said in (ANSWERS["users"], ANSWERS["success"], "Internal data only", "It must work on a laptop, too."):
        assert said in text
    assert "- **Does it depend on a system outside the company?** no" in text
    assert len(server.records) == 6
    assert all(ANSWERS["users"] in prompt and "BEGIN QUOTED" in prompt for prompt in prompts(server))
    assert written.body["session_id"] == session_id
    assert [section["title"] for section in written.body["sections"]][:2] == ["Summary", "Context and problem"]
    assert written.body["metadata"]["task_id"] == task["task_id"]
    state = call("generation.get_generation_session", me, path={"session_id": session_id}).body
    assert (state["status"], state["rfc_id"]) == ("completed", written.body["rfc_id"])


def test_citations_that_the_passages_do_not_bear_out_are_taken_away_and_said(
    ready, finalize, work_on, person, upload, server, sent
):
    me = person()
    upload(me, BUDGETS)
    session_id = ready(me)
    good, bad = "Budgets of teams are limits [1]. ", "A hold reserves 7000 dollars of the worst case [1]. "
    server.default = normal(good, bad, "The harbour is lovely in spring [9]. ")
    task = finalize(me, session_id).body
    work_on(task["task_id"], "llm_generate_rfc")
    rfc = finalize(me, session_id).body
    first = rfc["sections"][0]["text"]
    assert "Budgets of teams are limits [1]." in first
    assert "A hold reserves 7000 dollars of the worst case." in first
    assert "[9]" not in first
    assert (rfc["citations"]["checked"], rfc["citations"]["kept"], len(rfc["citations"]["removed"])) == (18, 6, 12)
    reasons = {one["reason"] for one in rfc["citations"]["removed"]}
    assert reasons == {"the passage does not contain '7000'", "there is no such passage"}
    assert "## Citations taken away" in rfc["full_content"]


def test_only_chosen_documents_are_drawn_on(opened, reply, finalize, work_on, person, upload, server, sent):
    me = person()
    chosen = upload(me, BUDGETS, "chosen.md")
    upload(me, BUDGETS.replace("limits", "borders"), "other.md")
    server.default = normal('{"questions": []}')
    session_id = opened(me)["session_id"]
    assert reply(me, session_id, **ANSWERS, sources=[chosen]).body["is_ready_to_generate"]
    server.default = normal("Budgets of teams are limits [1]. ")
    work_on(finalize(me, session_id).body["task_id"], "llm_generate_rfc")
    assert {source["document_id"] for source in finalize(me, session_id).body["sources_used"]} == {chosen}


def test_a_failed_task_may_be_finalized_again(ready, finalize, work_on, person, db, call, sent):
    me = person()
    session_id = ready(me)
    first = finalize(me, session_id).body["task_id"]
    call("tasks.cancel_task", me, path={"task_id": first})
    assert call("generation.get_generation_session", me, path={"session_id": session_id}).body["status"] == "failed"
    second = finalize(me, session_id)
    assert second.status == 202
    assert second.body["task_id"] != first


def test_what_an_administrator_has_written_belongs_to_the_sessions_owner(ready, finalize, work_on, person, sent):
    me = person()
    admin = person(me.organization_id, role="admin")
    session_id = ready(me)
    work_on(finalize(admin, session_id).body["task_id"], "llm_generate_rfc")
    assert finalize(me, session_id).status == 200

"""POST /api/v1/chat."""

import uuid

import pytest

from tests.functions.dialogue_world import money

ASK = "generation.ask_question"
QUESTION = {"question": "How long is a hold kept?"}


def test_anonymous(call):
    assert call(ASK, json_body=QUESTION).status == 401


def test_without_the_scope(call, person, monkeypatch):
    monkeypatch.setitem(call.__globals__["SCOPES"], "user", "basic search")
    assert call(ASK, person(), json_body=QUESTION).status == 403


def test_a_question_is_held_and_a_worker_woken(chat, person, sent, db, call):
    me = person()
    answer = chat(me)
    assert answer.status == 202, answer.body
    assert answer.body["held"] > 0
    assert money(db, me) == (0, round(answer.body["held"] * 1e6))
    assert ("ANSWER_QUESTION_QUEUE_URL", {"task_type": "answer_question", "task_id": answer.body["task_id"]}) in sent
    task = call("tasks.get_task", me, path={"task_id": answer.body["task_id"]}).body
    assert (task["priority"], task["task_func"]) == ("urgent", "answer_question")


def test_looking_up_holds_nothing_and_more_text_holds_more(chat, person):
    me = person()
    held = {mode: chat(me, mode=mode).body["held"] for mode in ("search", "general", "documentation", "generate")}
    assert held["search"] == 0 < held["general"] < held["documentation"] < held["generate"]


def test_a_strangers_session_is_not_found(chat, person):
    me = person()
    session_id = chat(me).body["session_id"]
    for other in (person(), person(me.organization_id), person(me.organization_id, role="admin")):
        assert chat(other, session_id=session_id).status == 404
    assert chat(me, session_id=str(uuid.uuid4())).status == 404


def test_one_question_at_a_time(chat, person, work_on):
    me = person()
    first = chat(me).body
    refused = chat(me, "And of a team?", session_id=first["session_id"])
    assert (refused.status, refused.body["task_id"]) == (409, first["task_id"])
    work_on(first["task_id"])
    second = chat(me, "And of a team?", session_id=first["session_id"])
    assert (second.status, second.body["session_id"]) == (202, first["session_id"])


def test_the_same_key_asks_once(call, chat, person, sent, db):
    me = person()
    headers = {"idempotency-key": "once"}
    first, again = (call(ASK, me, json_body=QUESTION, headers=headers) for _ in range(2))
    assert first.body["message_id"] == again.body["message_id"]
    assert money(db, me)[1] == round(first.body["held"] * 1e6)
    other = call(ASK, me, json_body={"question": "Another?"}, headers=headers)
    assert (other.status, other.body["code"]) == (409, "conflict")


def test_over_budget_nothing_is_stored(chat, call, person, sent):
    me = person(budget=10)
    assert chat(me).status == 402
    assert call("generation.list_chat_sessions", me).body["sessions"] == []
    assert sent == []


@pytest.mark.parametrize(
    "wrong",
    [{"question": ""}, {"question": "x" * 1001}, {"question": "a\x00b"}, {"mode": "poem"}, {"session_id": "no-id"}],
)
def test_what_is_malformed_is_refused(call, person, wrong):
    assert call(ASK, person(), json_body={**QUESTION, **wrong}).status == 422


def test_a_question_belongs_to_a_session_and_not_to_the_general_submission(call, person, sent):
    body = {"task_func": "answer_question", "task_args": {"question": "Hello?", "mode": "general"}}
    assert call("tasks.submit_task", person(), json_body=body).status == 422

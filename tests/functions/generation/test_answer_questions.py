"""POST /api/v1/generate/answer."""

import uuid

import pytest

from tests.functions.generation.conftest import ANSWERS, asked


def test_anonymous(call):
    body = {"session_id": str(uuid.uuid4()), "answers": [{"question_id": "a", "answer": "b"}]}
    assert call("generation.answer_questions", json_body=body).status == 401


def test_a_stranger_finds_no_session(opened, reply, person):
    me = person()
    session_id = opened(me)["session_id"]
    for other in (person(), person(me.organization_id)):
        assert reply(other, session_id, **ANSWERS).status == 404
    assert reply(person(me.organization_id, role="admin"), session_id, **ANSWERS).status == 200


def test_all_required_answers_make_it_ready(opened, reply, person):
    me = person()
    session_id = opened(me)["session_id"]
    first = reply(me, session_id, users="Team leads").body
    assert (first["is_ready_to_generate"], first["status"]) == (False, "asking")
    rest = {name: value for name, value in ANSWERS.items() if name != "users"}
    second = reply(me, session_id, **rest).body
    assert (second["is_ready_to_generate"], second["status"]) == (True, "ready")
    assert asked(second) == ["background", "scale", "urgency"]
    assert second["answers"]["users"] == {"answer": "Team leads", "confidence": None}


def test_follow_ups_come_and_go_with_the_answer_that_they_follow(opened, reply, person):
    me = person()
    session_id = opened(me)["session_id"]
    body = reply(me, session_id, data=["personal"], scale=500_000, external=True, urgency="now").body
    follow_ups = {question["question_id"]: question["follows"] for question in body["questions"] if question["follows"]}
    assert follow_ups == {"data_protection": "data", "growth": "scale", "external_systems": "external",
                          "first_step": "urgency"}  # fmt: skip
    reply(me, session_id, data_protection="A year, and only auditors.", growth="Another server.")
    body = reply(me, session_id, data=["internal"], external=False).body
    assert set(body["answers"]) == {"data", "scale", "external", "urgency", "growth"}
    assert "data_protection" not in asked(body)


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("users", 5, "text"), ("users", "  ", "text"), ("users", "x" * 2001, "2000"), ("users", "a\x00b", "NUL"),
        ("data", "personal", "list"), ("data", ["nothing of that"], "list"), ("data", [], "at least one"),
        ("scale", "7", "number"), ("scale", True, "number"), ("scale", -1, "at least 0"), ("scale", 1e13, "at most"),
        ("external", "yes", "true or false"), ("external", 1, "true or false"), ("urgency", "soon", "one of"),
        ("growth", "x", "no such question"), ("nothing", "x", "no such question"),
    ],
)  # fmt: skip
def test_each_type_is_checked(opened, reply, person, question, answer, said):
    me = person()
    session_id = opened(me)["session_id"]
    refused = reply(me, session_id, success="Kept only if all fit", **{question: answer})
    assert refused.status == 422
    [error] = refused.body["errors"]
    assert said in error["detail"]
    assert error["pointer"].startswith("/answers/1/")
    assert reply(me, session_id, urgency="now").body["answers"].keys() == {"urgency"}


def test_one_question_answered_twice(call, opened, person):
    me = person()
    one = {"question_id": "users", "answer": "Team leads"}
    body = {"session_id": opened(me)["session_id"], "answers": [one, one]}
    refused = call("generation.answer_questions", me, json_body=body)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "/answers/1/question_id")


def test_confidence_is_kept_and_bounded(call, opened, person):
    me = person()
    body = {"session_id": opened(me)["session_id"],
            "answers": [{"question_id": "users", "answer": "Team leads", "confidence": 0.4}]}  # fmt: skip
    assert call("generation.answer_questions", me, json_body=body).body["answers"]["users"]["confidence"] == 0.4
    body["answers"][0]["confidence"] = 1.1
    assert call("generation.answer_questions", me, json_body=body).status == 422


def test_an_ended_session_takes_no_answers(call, opened, reply, person, sent):
    me = person()
    session_id = opened(me)["session_id"]
    assert call("generation.cancel_generation_session", me, path={"session_id": session_id}).status == 200
    refused = reply(me, session_id, users="Team leads")
    assert (refused.status, refused.body["status_of_session"]) == (409, "cancelled")

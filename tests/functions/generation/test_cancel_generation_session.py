"""DELETE /api/v1/generate/session/{session_id}."""

import uuid

from tests.functions.dialogue_world import money

CANCEL = "generation.cancel_generation_session"


def test_anonymous(call):
    assert call(CANCEL, path={"session_id": uuid.uuid4()}).status == 401


def test_a_stranger_cancels_nothing(call, opened, person):
    me = person()
    session_id = opened(me)["session_id"]
    assert call(CANCEL, person(), path={"session_id": session_id}).status == 404
    assert call(CANCEL, person(me.organization_id), path={"session_id": session_id}).status == 404
    assert call("generation.get_generation_session", me, path={"session_id": session_id}).body["status"] == "asking"


def test_its_task_is_cancelled_too_and_the_hold_comes_back(call, ready, finalize, person, sent, db):
    me = person()
    session_id = ready(me)
    task_id = finalize(me, session_id).body["task_id"]
    assert money(db, me)[1] > 0
    ended = call(CANCEL, me, path={"session_id": session_id})
    assert (ended.status, ended.body["status"], ended.body["questions"] == []) == (200, "cancelled", False)
    assert call("tasks.get_task", me, path={"task_id": task_id}).body["status"] == "cancelled"
    assert money(db, me) == (0, 0)
    assert finalize(me, session_id).status == 409


def test_what_is_over_cannot_be_cancelled(call, opened, written, person, sent):
    me = person()
    session_id = opened(me)["session_id"]
    assert call(CANCEL, me, path={"session_id": session_id}).status == 200
    assert call(CANCEL, me, path={"session_id": session_id}).status == 409
    _, finished = written(me)
    refused = call(CANCEL, me, path={"session_id": finished})
    assert (refused.status, refused.body["status_of_session"]) == (409, "completed")

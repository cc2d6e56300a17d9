"""DELETE /api/v1/chat/sessions/{session_id}."""

import uuid

from tests.functions.dialogue_world import money

DELETE = "generation.delete_chat_session"


def test_anonymous(call):
    assert call(DELETE, path={"session_id": uuid.uuid4()}).status == 401


def test_a_stranger_deletes_nothing(call, chat, person):
    me = person()
    session_id = chat(me).body["session_id"]
    for other in (person(), person(me.organization_id)):
        assert call(DELETE, other, path={"session_id": session_id}).status == 404
    assert call("generation.get_chat_session", me, path={"session_id": session_id}).status == 200


def test_it_is_gone_and_what_was_on_its_way_is_cancelled(call, chat, person, db):
    me = person()
    asked = chat(me).body
    assert call(DELETE, me, path={"session_id": asked["session_id"]}).status == 204
    assert call("generation.get_chat_session", me, path={"session_id": asked["session_id"]}).status == 404
    assert call("tasks.get_task", me, path={"task_id": asked["task_id"]}).body["status"] == "cancelled"
    assert money(db, me) == (0, 0)
    assert call(DELETE, me, path={"session_id": asked["session_id"]}).status == 404


def test_an_answered_one_goes_quietly(call, chat, person, work_on, sent):
    me = person()
    asked = chat(me).body
    work_on(asked["task_id"])
    assert call(DELETE, me, path={"session_id": asked["session_id"]}).status == 204
    assert call("generation.list_chat_sessions", me).body["sessions"] == []

"""GET /api/v1/chat/sessions/{session_id}."""

import uuid

GET = "generation.get_chat_session"


def test_anonymous(call):
    assert call(GET, path={"session_id": uuid.uuid4()}).status == 401


def test_strangers_find_none_and_an_administrator_does(call, chat, person):
    me = person()
    session_id = chat(me).body["session_id"]
    for other, status in ((person(), 404), (person(me.organization_id), 404), (person(role="admin"), 404),
                          (person(me.organization_id, role="admin"), 200)):  # fmt: skip
        assert call(GET, other, path={"session_id": session_id}).status == status


def test_history_in_order_with_states(call, chat, person, work_on):
    me = person()
    first = chat(me).body
    [waiting] = call(GET, me, path={"session_id": first["session_id"]}).body["messages"]
    assert (waiting["status"], waiting["answer"], waiting["answered_at"]) == ("queued", "", None)
    work_on(first["task_id"])
    second = chat(me, "And how is it given back?", session_id=first["session_id"]).body
    done, asked = call(GET, me, path={"session_id": first["session_id"]}).body["messages"]
    assert (done["message_id"], done["status"]) == (first["message_id"], "completed")
    assert done["answer"].startswith("The sources do not say")
    assert (asked["message_id"], asked["question"]) == (second["message_id"], "And how is it given back?")


def test_a_cancelled_question_says_so(call, chat, person):
    me = person()
    asked = chat(me).body
    call("tasks.cancel_task", me, path={"task_id": asked["task_id"]})
    [message] = call(GET, me, path={"session_id": asked["session_id"]}).body["messages"]
    assert message["status"] == "cancelled"

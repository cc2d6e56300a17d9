"""GET /api/v1/chat/sessions."""

LIST = "generation.list_chat_sessions"


def test_anonymous(call):
    assert call(LIST).status == 401


def test_ones_own_last_used_first(call, chat, person, work_on):
    me = person()
    first = chat(me, "What is a hold, in a few words?").body
    second = chat(me, "x " * 100).body
    chat(person(me.organization_id))
    work_on(first["task_id"])
    chat(me, "And how long is it kept?", session_id=first["session_id"])
    sessions = call(LIST, me).body["sessions"]
    assert [one["session_id"] for one in sessions] == [first["session_id"], second["session_id"]]
    assert sessions[0]["title"] == "What is a hold, in a few words?"
    assert len(sessions[1]["title"]) <= 82


def test_pages(call, chat, person):
    me = person()
    for _ in range(3):
        chat(me)
    first = call(LIST, me, query="limit=2").body
    second = call(LIST, me, query=f"limit=2&offset={first['next_offset']}").body
    assert (len(first["sessions"]), len(second["sessions"]), second["next_offset"]) == (2, 1, None)
    assert len({one["session_id"] for one in first["sessions"] + second["sessions"]}) == 3
    assert call(LIST, me, query="limit=0").status == 422


def test_a_foreign_organization_has_none_of_them(call, chat, person):
    chat(person())
    assert call(LIST, person()).body == {"sessions": [], "next_offset": None}

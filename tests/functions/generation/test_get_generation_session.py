"""GET /api/v1/generate/session/{session_id}."""

import uuid

from tests.functions.generation.conftest import REQUEST

GET = "generation.get_generation_session"


def test_anonymous(call):
    assert call(GET, path={"session_id": uuid.uuid4()}).status == 401


def test_a_stranger_finds_none_and_an_administrator_does(call, opened, person):
    me = person()
    session_id = opened(me)["session_id"]
    assert call(GET, person(), path={"session_id": session_id}).status == 404
    assert call(GET, person(role="admin"), path={"session_id": session_id}).status == 404
    assert call(GET, person(me.organization_id), path={"session_id": session_id}).status == 404
    assert call(GET, person(me.organization_id, role="admin"), path={"session_id": session_id}).status == 200


def test_says_all_that_the_session_knows(call, opened, person):
    me = person()
    begun = opened(me, context="A context", search_sources=["upload"])
    del begun["degraded"]
    read = call(GET, me, path={"session_id": begun["session_id"]}).body
    assert read == begun
    assert (read["initial_request"], read["context"]) == (REQUEST["initial_request"], "A context")
    assert read["search_sources"] == ["upload"]


def test_an_unknown_id(call, person):
    assert call(GET, person(), path={"session_id": uuid.uuid4()}).status == 404
    assert call(GET, person(), path={"session_id": "no-id"}).status == 422

"""GET /api/v1/generate/rfc/{rfc_id}/versions."""

import uuid

LIST = "generation.list_rfc_versions"


def test_anonymous(call):
    assert call(LIST, path={"rfc_id": uuid.uuid4()}).status == 401


def test_a_stranger_finds_none(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    assert call(LIST, person(), path={"rfc_id": rfc_id}).status == 404
    assert call(LIST, person(me.organization_id), path={"rfc_id": rfc_id}).status == 404


def test_newest_first_with_who_and_what(call, written, person):
    me = person()
    admin = person(me.organization_id, role="admin")
    rfc_id, _ = written(me)
    edit = {"based_on_version": 1, "content": "Two words", "note": "Cut"}
    call("generation.update_rfc", admin, path={"rfc_id": rfc_id}, json_body=edit)
    newest, first = call(LIST, me, path={"rfc_id": rfc_id}).body["versions"]
    assert (newest["version"], newest["word_count"], newest["note"], newest["created_by"]) == (
        2, 2, "Cut", admin.user_id
    )  # fmt: skip
    assert (first["version"], first["note"], first["created_by"]) == (1, "As written", me.user_id)
    assert first["overall"] > newest["overall"]

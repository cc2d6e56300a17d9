"""PUT /api/v1/generate/rfc/{rfc_id}."""

import uuid

import pytest

UPDATE = "generation.update_rfc"
EDIT = {"based_on_version": 1, "content": "# Mine\n\n## Summary\n\nShort.\n", "note": "Shorter"}


def test_anonymous(call):
    assert call(UPDATE, path={"rfc_id": uuid.uuid4()}, json_body=EDIT).status == 401


def test_a_stranger_changes_nothing(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    for other in (person(), person(me.organization_id), person(role="admin")):
        assert call(UPDATE, other, path={"rfc_id": rfc_id}, json_body=EDIT).status == 404
    assert call("generation.get_rfc", me, path={"rfc_id": rfc_id}).body["latest_version"] == 1


def test_the_edited_text_is_the_next_version_and_scored_anew(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    first = call("generation.get_rfc", me, path={"rfc_id": rfc_id}).body
    answer = call(UPDATE, me, path={"rfc_id": rfc_id}, json_body=EDIT)
    assert (answer.status, answer.body["version"], answer.body["full_content"]) == (200, 2, EDIT["content"].strip())
    assert answer.body["title"] == first["title"]
    assert "There is no section 'Proposal'." in answer.body["quality"]["reasons"]["structure"]
    assert (
        call("generation.get_rfc", me, path={"rfc_id": rfc_id}, query="version=1").body["full_content"]
        == (first["full_content"])
    )


def test_the_same_text_makes_no_version(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    assert call(UPDATE, me, path={"rfc_id": rfc_id}, json_body=EDIT).body["version"] == 2
    again = call(UPDATE, me, path={"rfc_id": rfc_id}, json_body={**EDIT, "based_on_version": 2})
    assert (again.status, again.body["version"]) == (200, 2)


def test_whoever_edited_an_older_version_is_told(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    call(UPDATE, me, path={"rfc_id": rfc_id}, json_body=EDIT)
    refused = call(UPDATE, me, path={"rfc_id": rfc_id}, json_body={**EDIT, "content": "Other"})
    assert (refused.status, refused.body["current_version"]) == (409, 2)


@pytest.mark.parametrize(
    "wrong", [{"content": ""}, {"content": "a\x00b"}, {"based_on_version": 0}, {"note": "x" * 501}]
)
def test_what_is_malformed_is_refused(call, person, wrong):
    assert call(UPDATE, person(), path={"rfc_id": uuid.uuid4()}, json_body={**EDIT, **wrong}).status == 422

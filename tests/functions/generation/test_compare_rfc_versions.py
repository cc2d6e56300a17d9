"""GET /api/v1/generate/rfc/{rfc_id}/diff."""

import uuid

COMPARE = "generation.compare_rfc_versions"
QUERY = "from_version=1&to_version=2"


def test_anonymous(call):
    assert call(COMPARE, path={"rfc_id": uuid.uuid4()}, query=QUERY).status == 401


def test_a_stranger_sees_nothing(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    assert call(COMPARE, person(), path={"rfc_id": rfc_id}, query="from_version=1&to_version=1").status == 404


def test_says_what_changed_in_which_section(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    text = call("generation.get_rfc", me, path={"rfc_id": rfc_id}).body["full_content"]
    edited = text.replace("## Proposal\n", "## Proposal\n\nA new line.\n", 1)
    start, end = edited.index("## Alternatives considered"), edited.index("## Risks and rollout")
    edited = edited[:start] + edited[end:].rstrip() + "\n\n## Appendix\n\nMore.\n"
    body = {"based_on_version": 1, "content": edited}
    assert call("generation.update_rfc", me, path={"rfc_id": rfc_id}, json_body=body).body["version"] == 2
    diff = call(COMPARE, me, path={"rfc_id": rfc_id}, query=QUERY).body
    changes = {section["title"]: section for section in diff["sections"]}
    assert {title: change["change"] for title, change in changes.items() if change["change"] != "same"} == {
        "Proposal": "changed", "Alternatives considered": "removed", "Appendix": "added"
    }  # fmt: skip
    assert "+A new line." in changes["Proposal"]["diff"]
    assert changes["Summary"]["diff"] == ""
    assert diff["lines_added"] == sum(change["lines_added"] for change in changes.values()) > 0
    assert diff["title_changed"] is False


def test_versions_that_are_not_there(call, written, person):
    me = person()
    rfc_id, _ = written(me)
    assert call(COMPARE, me, path={"rfc_id": rfc_id}, query=QUERY).status == 404
    assert call(COMPARE, me, path={"rfc_id": rfc_id}, query="from_version=0&to_version=1").status == 422
    assert call(COMPARE, me, path={"rfc_id": rfc_id}).status == 422

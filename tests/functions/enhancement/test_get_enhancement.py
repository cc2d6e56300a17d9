"""GET /api/v1/enhancements/{task_id}."""

import uuid

from tests.functions.enhancement.conftest import ORIGINAL

GET = "enhancement.get_enhancement"


def test_an_anonymous_caller_is_refused(call):
    assert call(GET, path={"task_id": uuid.uuid4()}).status == 401


def test_another_persons_is_not_found(call, person, improved):
    owner = person()
    task_id = improved(owner)
    for other in (person(owner.organization_id), person(), person(role="admin")):
        assert call(GET, other, path={"task_id": task_id}).status == 404


def test_what_does_not_exist_is_not_found(call, person):
    assert call(GET, person(), path={"task_id": uuid.uuid4()}).status == 404
    assert call(GET, person(), path={"task_id": "seven"}).status == 422


def test_the_document_with_its_hunks(call, person, improved):
    owner = person()
    answer = call(GET, owner, path={"task_id": improved(owner)})
    assert answer.status == 200, answer.body
    body = answer.body
    assert (body["original"], body["content"], body["complete"]) == (ORIGINAL, ORIGINAL, True)
    assert body["enhanced_content"] == "We were here. It are 2 steps. Nobody knows."
    assert [(hunk["hunk_id"], hunk["start"], hunk["cost"]) for hunk in body["hunks"]] == [
        (1, 0, 0.000002),
        (3, 29, 0.000001),
    ]
    assert [(hunk["hunk_id"], hunk["why"]) for hunk in body["dropped"]] == [(2, "numbers lost: 2")]
    assert (body["accepted"], body["rejected"], body["pending"]) == (0, 0, 2)


def test_an_administrator_of_the_organization_reads_it(call, person, improved):
    owner = person()
    task_id = improved(owner, complete=False)
    body = call(GET, person(owner.organization_id, role="admin"), path={"task_id": task_id}).body
    assert body["complete"] is False

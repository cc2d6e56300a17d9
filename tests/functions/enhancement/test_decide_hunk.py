"""POST /api/v1/enhancements/{task_id}/hunks/{hunk_id}."""

import uuid

import pytest

from tests.functions.enhancement.conftest import ORIGINAL


@pytest.fixture
def decide(call):
    def decide(person, task_id, hunk_id, decision):
        path = {"task_id": task_id, "hunk_id": hunk_id}
        return call("enhancement.decide_hunk", person, path=path, json_body={"decision": decision})

    return decide


def test_an_anonymous_caller_is_refused(decide):
    assert decide(None, uuid.uuid4(), 1, "accept").status == 401


def test_another_person_decides_nothing(decide, call, person, improved):
    owner = person()
    task_id = improved(owner)
    for other in (person(owner.organization_id), person(), person(role="admin")):
        assert decide(other, task_id, 1, "accept").status == 404
    assert call("enhancement.get_enhancement", owner, path={"task_id": task_id}).body["accepted"] == 0


def test_the_document_has_what_was_accepted_and_only_that(decide, call, person, improved):
    owner = person()
    task_id = improved(owner)
    assert decide(owner, task_id, 1, "accept").status == 200
    answer = decide(owner, task_id, 3, "reject")
    assert answer.body["content"] == "We were here. It are 2 steps. Nobody know."
    assert (answer.body["accepted"], answer.body["rejected"], answer.body["pending"]) == (1, 1, 0)
    assert call("enhancement.get_enhancement", owner, path={"task_id": task_id}).body == answer.body


def test_deciding_again_changes_it(decide, person, improved):
    owner = person()
    task_id = improved(owner)
    decide(owner, task_id, 1, "accept")
    decide(owner, task_id, 1, "accept")
    assert decide(owner, task_id, 1, "reject").body["content"] == ORIGINAL


@pytest.mark.parametrize(("hunk_id", "status"), [(2, 404), (4, 404), (0, 422), ("x", 422), (10**9, 422)])
def test_what_is_not_offered_cannot_be_decided(decide, person, improved, hunk_id, status):
    owner = person()
    assert decide(owner, improved(owner), hunk_id, "accept").status == status


def test_another_word_is_no_decision(decide, person, improved):
    owner = person()
    assert decide(owner, improved(owner), 1, "maybe").status == 422

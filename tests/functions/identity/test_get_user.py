"""GET /api/v1/users/{user_id}."""

import uuid

import pytest


@pytest.fixture
def read(call):
    return lambda caller, user_id: call("identity.get_user", caller, path={"user_id": user_id})


def test_an_anonymous_caller_is_refused(read, person):
    assert read(None, person().user_id).status == 401


def test_everyone_sees_themselves(read, person):
    ann = person()
    answer = read(ann, ann.user_id)
    assert (answer.status, answer.body["email"]) == (200, ann.email)


def test_an_administrator_sees_the_organization(read, person):
    admin = person(role="admin")
    assert read(admin, person(admin.organization_id).user_id).status == 200


def test_what_is_foreign_looks_like_what_does_not_exist(read, person):
    ann, admin = person(), person(role="admin")
    answers = [
        read(ann, person(ann.organization_id).user_id),
        read(ann, person().user_id),
        read(ann, uuid.uuid4()),
        read(admin, ann.user_id),  # an administrator, but of another organisation
        read(admin, uuid.uuid4()),
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body["detail"] for answer in answers}) == 1


@pytest.mark.parametrize("user_id", ["1", "x", "'; DROP TABLE users; --", "%00"])
def test_what_is_no_id_is_named(read, person, user_id):
    answer = read(person(), user_id)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "path/user_id")

"""POST /api/v1/users."""

import uuid

import pytest

from assistant.budget.limits import DEFAULT_ADMIN_LIMIT, DEFAULT_USER_LIMIT
from assistant.identity.passwords import is_strong


@pytest.fixture
def create(call):
    def attempt(caller, **fields):
        body = {"username": "Ann", "email": f"{uuid.uuid4().hex}@test.example", **fields}
        return call("identity.create_user", caller, json_body=body)

    return attempt


def test_an_anonymous_caller_is_refused(create):
    assert create(None).status == 401


def test_a_user_may_not(create, person, db):
    answer = create(person(), email="nobody@test.example")
    assert (answer.status, answer.body["missing_scopes"]) == (403, ["admin"])
    with db.reading() as work:
        assert work.run("SELECT 1 AS one FROM users WHERE email = 'nobody@test.example'") == []


@pytest.mark.parametrize(("role", "limit"), [("user", DEFAULT_USER_LIMIT), ("admin", DEFAULT_ADMIN_LIMIT)])
def test_opens_an_account_in_the_administrators_organization(create, call, person, db, role, limit):
    admin = person(role="admin")
    answer = create(admin, role=role)
    assert answer.status == 201
    body = answer.body
    assert (body["organization_id"], body["role"], body["username"]) == (admin.organization_id, role, "Ann")
    assert is_strong(body["temporary_password"])
    credentials = {"email": body["email"], "password": body["temporary_password"]}
    signed_in = call("identity.log_in", json_body=credentials)
    assert (signed_in.status, signed_in.body["user"]["user_id"]) == (200, body["user_id"])
    assert ("admin" in signed_in.body["user"]["scopes"]) == (role == "admin")
    with db.reading() as work:
        [budget] = work.run(
            "SELECT limit_microdollars FROM budgets WHERE owner_id = CAST(:id AS uuid)", id=body["user_id"]
        )
    assert budget["limit_microdollars"] == limit


def test_an_address_has_one_account(create, person):
    admin, stranger = person(role="admin"), person(role="admin")
    email = create(admin).body["email"]
    assert create(admin, email=email.upper()).status == 409
    assert create(stranger, email=email).status == 409


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"username": " "}, "/username"),
        ({"username": "x" * 101}, "/username"),
        ({"email": "no address"}, "/email"),
        ({"role": "owner"}, "/role"),
    ],
)
def test_a_wrong_field_is_named(create, person, fields, pointer):
    answer = create(person(role="admin"), **fields)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)

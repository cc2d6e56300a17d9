"""POST /api/v1/auth/login."""

import pytest

from assistant.identity import accounts, passwords
from assistant.identity.access_tokens import verify
from tests.functions.identity.conftest import PASSWORD


@pytest.fixture
def sign_in(call):
    def attempt(email, password=PASSWORD, address="192.0.2.1"):
        return call("identity.log_in", json_body={"email": email, "password": password}, address=address)

    return attempt


@pytest.fixture
def checked(monkeypatch):
    """The hashes against which a password was checked: each check is the same slow work."""
    hashes = []

    def matches(password_hash, password):
        hashes.append(password_hash)
        return passwords.matches(password_hash, password)

    monkeypatch.setattr(accounts, "matches", matches)
    return hashes


def without_request(answer):
    return {key: value for key, value in answer.body.items() if key != "request_id"}


def test_the_right_password_signs_in(sign_in, register):
    ann = register()
    answer = sign_in(ann.email)
    assert answer.status == 200, answer.body
    assert answer.body["user"] == ann.body["user"]
    assert verify(answer.body["access_token"]).email == ann.email
    assert answer.body["refresh_token"] != ann.body["refresh_token"]


def test_the_letter_case_of_an_address_does_not_matter(sign_in, register):
    ann = register()
    assert sign_in(ann.email.upper()).status == 200


def test_an_unknown_address_and_a_wrong_password_cannot_be_told_apart(sign_in, register, checked):
    ann = register()
    wrong = sign_in(ann.email, "Wrong-horse-1", "192.0.2.7")
    unknown = sign_in("nobody@" + ann.email.partition("@")[2], "Wrong-horse-1", "192.0.2.8")
    assert wrong.status == unknown.status == 401
    assert without_request(wrong) == without_request(unknown)
    assert wrong.headers == unknown.headers
    assert len(checked) == 2  # one check of a hash each, so both take the same time …
    parameters = [passwords._hasher.check_needs_rehash(password_hash) for password_hash in checked]
    assert parameters == [False, False]  # … since both hashes have today's parameters


def test_a_password_is_not_for_another_account(sign_in, register):
    register("ann", "Password-of-ann-1")
    bob = register("bob", "Password-of-bob-1")
    assert sign_in(bob.email, "Password-of-ann-1").status == 401


def test_an_account_that_is_switched_off_looks_like_an_unknown_one(sign_in, register, db):
    ann = register()
    with db.transaction() as work:
        work.run("UPDATE users SET is_active = false WHERE email = :email", email=ann.email)
    off = sign_in(ann.email)
    assert off.status == 401
    assert without_request(off) == without_request(sign_in("nobody@test.example"))


def test_each_sign_in_is_a_family_of_its_own(sign_in, register, call):
    ann = register()
    first, second = sign_in(ann.email).body, sign_in(ann.email).body
    for _ in range(2):  # the second use ends the first family
        call("identity.refresh", json_body={"refresh_token": first["refresh_token"]})
    assert call("identity.refresh", json_body={"refresh_token": second["refresh_token"]}).status == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("' OR 1=1 --@test.example", "x"), ("нет@тест.example", "Пароль'; DROP TABLE users; --"),
        ("nobody@test.example", "\u0000"), ("nobody@test.example", ""), ("%@%.example", PASSWORD),
    ],
)  # fmt: skip
def test_odd_text_is_only_wrong(sign_in, register, email, password):
    register()
    assert sign_in(email, password).status in (401, 422)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/email"), ({"email": "a@b.example"}, "/password"), ({"email": 5, "password": "x"}, "/email"),
        ({"email": "a@b.example", "password": ["x"]}, "/password"),
        ({"email": "a@b.example", "password": "x" * 129}, "/password"),
        ({"email": "x" * 300 + "@b.example", "password": "x"}, "/email"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(call, body, pointer):
    answer = call("identity.log_in", json_body=body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7"])
def test_what_is_not_a_json_object_is_refused(call, body):
    assert call("identity.log_in", body=body).status == 422


def test_a_browser_gets_its_refresh_token_where_no_script_can_read_it(register, sign_in_with_cookie, call):
    answer, cookie = sign_in_with_cookie(register())
    assert (answer.status, answer.body["refresh_token"]) == (200, None)
    assert len(cookie.partition("=")[2]) >= 43
    attributes = {part.strip().lower() for part in answer.cookies[0].split(";")[1:]}
    assert {"httponly", "secure", "samesite=strict", "path=/api/v1/auth"} <= attributes
    assert cookie.partition("=")[2] not in str(answer.body)


def test_without_asking_there_is_no_cookie(register, sign_in):
    ann = register()
    answer = sign_in(ann.email)
    assert answer.cookies == []
    assert answer.body["refresh_token"]


def test_another_place_for_the_refresh_token_is_refused(register, call):
    ann = register()
    body = {"email": ann.email, "password": ann.password, "refresh_in": "header"}
    answer = call("identity.log_in", json_body=body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/refresh_in")

"""The HTTP API's authorizer."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from assistant.identity import access_tokens, signing_keys
from assistant.platform.errors import Unavailable
from functions.identity.authorize_request import handler

EVENT = json.loads((Path(__file__).parents[3] / "events/http_api_authorizer.json").read_text())
NOBODY = {"isAuthorized": False}


@pytest.fixture
def authorize(context):
    """The authorizer's answer to a request with these headers."""
    return lambda **headers: handler({**EVENT, "headers": headers}, context)


@pytest.fixture
def ann(person):
    return person()


@pytest.fixture
def token(ann, signed_in):
    return signed_in(ann)[0]


def test_a_request_without_a_token_is_nobodys(authorize, context):
    assert authorize() == NOBODY
    assert handler({key: value for key, value in EVENT.items() if key != "headers"}, context) == NOBODY


def test_the_sample_is_signed_by_nobody(context):
    assert handler(EVENT, context) == NOBODY


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer a.b.c", "Bearer ..", "Bearer \x00", "token",
               "Bearer Привет", "Bearer " + "x" * 9000, "bearer null"],
)  # fmt: skip
def test_what_is_no_token_is_nobodys(authorize, header):
    assert authorize(authorization=header) == NOBODY


def test_a_token_without_its_scheme_is_nobodys(authorize, token):
    for header in (token, f"Basic {token}", f"Bearer x {token}", f"Bearer {token} x"):
        assert authorize(authorization=header) == NOBODY


def test_a_forged_token_is_nobodys(authorize, token):
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = jwt.get_unverified_header(token)
    stranger = ec.generate_private_key(ec.SECP256R1())
    for forged in (
        jwt.encode(claims, stranger, "ES256", headers=headers),
        jwt.encode({**claims, "role": "admin"}, "k" * 32, "HS256", headers={**headers, "alg": "HS256"}),
        token[:-8] + "AAAAAAAA",
    ):
        assert authorize(authorization=f"Bearer {forged}") == NOBODY


def test_a_genuine_token_that_has_expired_is_passed_on_with_its_refusal(authorize, monkeypatch, ann, signed_in):
    monkeypatch.setattr(access_tokens, "utc_now", lambda: datetime.now(UTC) - timedelta(hours=1))
    answer = authorize(authorization=f"Bearer {signed_in(ann)[0]}")
    assert answer == {"isAuthorized": True, "context": {"refusal": "expired"}}


def test_a_forged_token_that_has_expired_is_nobodys(authorize, token):
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(
        {**claims, "exp": 1}, ec.generate_private_key(ec.SECP256R1()), "ES256", headers=jwt.get_unverified_header(token)
    )
    assert authorize(authorization=f"Bearer {forged}") == NOBODY


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_genuine_token_is_its_caller(authorize, ann, token, scheme):
    claims = jwt.decode(token, options={"verify_signature": False})
    answer = authorize(authorization=f"{scheme} {token}")
    assert answer["isAuthorized"] is True
    assert answer["context"] == {
        "user_id": ann.user_id,
        "organization_id": ann.organization_id,
        "role": "user",
        "scopes": "basic generate search",
        "token_id": claims["jti"],
        "email": ann.email,
        "session_id": claims["sid"],
    }


def test_a_token_of_before_the_rotation_still_counts(authorize, token, monkeypatch):
    rotated = signing_keys.rotated(signing_keys.secret("any"))
    monkeypatch.setattr(signing_keys, "secret", lambda name, fresh=False: rotated)
    assert authorize(authorization=f"Bearer {token}")["isAuthorized"] is True


ENDED = {"isAuthorized": True, "context": {"refusal": "revoked"}}


def change(db, sql, person):
    with db.transaction() as work:
        work.run(sql, id=person.user_id)


def test_a_session_that_was_ended_is_told_so(authorize, ann, token, db):
    change(db, "UPDATE sessions SET ended_at = now() WHERE user_id = CAST(:id AS uuid)", ann)
    assert authorize(authorization=f"Bearer {token}") == ENDED


def test_an_account_that_is_switched_off_is_out_at_once(authorize, ann, token, db):
    change(db, "UPDATE users SET is_active = false WHERE user_id = CAST(:id AS uuid)", ann)
    assert authorize(authorization=f"Bearer {token}") == ENDED


def test_role_and_scopes_are_those_of_now(authorize, person, signed_in, db):
    admin = person(role="admin")
    token, _ = signed_in(admin)
    change(db, "UPDATE users SET role = 'user', scopes = '{basic}' WHERE user_id = CAST(:id AS uuid)", admin)
    context = authorize(authorization=f"Bearer {token}")["context"]
    assert (context["role"], context["scopes"]) == ("user", "basic")


def test_the_scope_of_an_administrator_goes_with_the_role(authorize, person, signed_in, db):
    admin = person(role="admin")
    token, _ = signed_in(admin)
    change(db, "UPDATE users SET scopes = '{basic,admin}' WHERE user_id = CAST(:id AS uuid)", admin)
    assert authorize(authorization=f"Bearer {token}")["context"]["scopes"] == "admin basic"
    change(db, "UPDATE users SET role = 'user' WHERE user_id = CAST(:id AS uuid)", admin)
    assert authorize(authorization=f"Bearer {token}")["context"]["scopes"] == "basic"


def test_a_session_is_of_its_user_only(authorize, ann, person, signed_in):
    """A token signed by us that names somebody else's session; nobody gets one, and it would not count."""
    _, session_id = signed_in(person(ann.organization_id))
    mixed = access_tokens.issue(ann.user_id, ann.organization_id, "user", frozenset({"basic"}), ann.email, session_id)
    assert authorize(authorization=f"Bearer {mixed}") == ENDED


def test_forged_tokens_never_reach_the_database(authorize, token, db, monkeypatch):
    monkeypatch.setattr(db, "connection", lambda: pytest.fail("asked the database"))
    assert authorize(authorization=f"Bearer {token[:-8]}AAAAAAAA") == NOBODY


def test_without_the_database_there_is_no_answer_to_keep(authorize, token, db, monkeypatch):
    """The gateway keeps an answer for a minute, an error never."""

    def refuse():
        raise Unavailable("down")

    monkeypatch.setattr(db, "connection", refuse)
    with pytest.raises(Unavailable):
        authorize(authorization=f"Bearer {token}")

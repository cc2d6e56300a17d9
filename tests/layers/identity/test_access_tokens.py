"""Access tokens: only ours, only fresh ones, only one algorithm."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.identity import access_tokens, signing_keys
from assistant.identity.access_tokens import Refusal, issue, verify


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    state = {"value": signing_keys.rotated(None)}
    monkeypatch.setattr(signing_keys, "secret", lambda name, fresh=False: state["value"])
    return state


def token():
    return issue("user-1", "organization-1", "user", frozenset({"basic", "search"}), "ann@test.example", "session-1")


def test_a_token_names_its_caller():
    caller = verify(token())
    assert (caller.user_id, caller.organization_id, caller.role) == ("user-1", "organization-1", "user")
    assert caller.scopes == {"basic", "search"}


def test_a_rotation_breaks_no_token(keys):
    before = token()
    keys["value"] = signing_keys.rotated(keys["value"])
    assert verify(before).user_id == "user-1"
    assert verify(token()).user_id == "user-1"
    assert len(signing_keys.jwks()["keys"]) == 2
    assert "d" not in signing_keys.jwks()["keys"][0]


def test_a_token_of_a_key_that_is_gone_is_refused(keys):
    before = token()
    for _ in range(signing_keys.KEPT):
        keys["value"] = signing_keys.rotated(keys["value"])
    assert verify(before) is Refusal.INVALID


def test_an_expired_token_is_told_apart_from_a_forged_one(monkeypatch):
    monkeypatch.setattr(access_tokens, "utc_now", lambda: datetime.now(UTC) - timedelta(hours=1))
    assert verify(token()) is Refusal.EXPIRED


def forged(header=None, claims=None, key=None, algorithm="ES256"):
    real_header, real_claims = (
        jwt.get_unverified_header(token()),
        jwt.decode(token(), options={"verify_signature": False}),
    )
    signer = key or ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(
        {**real_claims, **(claims or {})},
        signer,
        algorithm,
        headers={**real_header, "alg": algorithm, **(header or {})},
    )


def test_what_others_signed_is_refused(keys):
    public = jwt.get_unverified_header(token())["kid"]
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none", "typ": "at+jwt", "kid": public}, {"sub": "user-1", "exp": 9e9})
    )
    attempts = [
        forged(),
        forged(key="x" * 32, algorithm="HS256"),
        forged(header={"kid": "../../dev/null"}),
        unsigned + ".",
        "", ".", "..", "a.b.c", "Bearer x", "\x00", "é" * 50,
    ]  # fmt: skip
    assert [verify(attempt) for attempt in attempts] == [Refusal.INVALID] * len(attempts)


@pytest.mark.parametrize("claims", [{"iss": "other"}, {"aud": "other"}, {"exp": "soon"}, {"iat": "x"}])
def test_a_wrong_claim_is_refused_even_with_our_signature(claims):
    _, key = signing_keys.signing_key()
    assert verify(forged(claims=claims, key=key)) is Refusal.INVALID


@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "jti", "org", "role", "scope", "email", "sid"])
def test_a_missing_claim_is_refused_even_with_our_signature(missing):
    kid, key = signing_keys.signing_key()
    claims = jwt.decode(token(), options={"verify_signature": False})
    del claims[missing]
    assert verify(jwt.encode(claims, key, "ES256", headers={"kid": kid, "typ": "at+jwt"})) is Refusal.INVALID


def test_a_token_of_another_type_is_refused():
    _, key = signing_keys.signing_key()
    assert verify(forged(header={"typ": "JWT"}, key=key)) is Refusal.INVALID


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutated_token_is_accepted(data):
    good = token()
    at = data.draw(st.integers(0, len(good) - 1))
    symbol = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."))
    changed = good[:at] + symbol + good[at + 1 :]
    if changed != good:
        assert verify(changed) is Refusal.INVALID


def test_a_token_has_one_spelling():
    """Both twins of an ECDSA signature verify, and the last character of base64 has bits that mean nothing."""
    good = token()
    head, _, signature = good.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    twin = raw[:32] + (access_tokens.P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    twin_token = head + "." + base64.urlsafe_b64encode(twin).rstrip(b"=").decode()
    key = signing_keys.public_key(jwt.get_unverified_header(good)["kid"])
    assert jwt.decode(twin_token, key, algorithms=["ES256"], audience="assistant")["sub"] == "user-1"
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    stray = head + "." + signature[:-1] + alphabet[alphabet.index(signature[-1]) ^ 1]
    assert base64.urlsafe_b64decode(stray.rpartition(".")[2] + "==") == raw
    assert [verify(text) for text in (twin_token, stray, good + "=", good + "\n", " " + good)] == [Refusal.INVALID] * 5

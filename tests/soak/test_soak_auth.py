"""The soak of tokens with a small number, and the proof that it would see a verifier that is too kind."""

import random

import jwt
import pytest

from assistant.identity import access_tokens, signing_keys
from tests.soak import soak_auth
from tests.soak.mutated_tokens import MUTATIONS


@pytest.fixture(autouse=True)
def own_keys(monkeypatch):
    monkeypatch.setattr(signing_keys, "secret", signing_keys.secret)  # the soak replaces it: put it back


def test_no_mutated_token_is_accepted():
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    counts = soak_auth.attack(4_000, seed)
    assert set(counts) == {mutation.__name__ for mutation in MUTATIONS} | {"genuine, accepted"}


def too_kind(change):
    """The verifier with one check fewer."""

    def verify(token):
        try:
            return change(token)
        except Exception:
            return access_tokens.Refusal.INVALID

    return verify


def unsigned(token):
    return jwt.decode(token, options={"verify_signature": False})


def any_algorithm(token):
    key = signing_keys.signing_key()[1].public_key()
    if jwt.get_unverified_header(token)["alg"] == "none":
        return jwt.decode(token, options={"verify_signature": False})
    return jwt.decode(token, key, algorithms=["ES256"], audience="assistant")


def any_spelling(token):
    return jwt.decode(token, signing_keys.signing_key()[1].public_key(), algorithms=["ES256"], audience="assistant")


@pytest.mark.parametrize("planted", [unsigned, any_algorithm, any_spelling])
def test_a_verifier_that_is_too_kind_is_seen(planted, monkeypatch):
    monkeypatch.setattr(soak_auth, "verify", too_kind(planted))
    with pytest.raises(AssertionError, match="was accepted"):
        soak_auth.attack(4_000, 1)

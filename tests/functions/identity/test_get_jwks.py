"""GET /.well-known/jwks.json."""

import jwt

from assistant.identity import access_tokens, signing_keys


def test_anyone_can_verify_a_token_with_what_it_answers(call):
    token = access_tokens.issue("u", "o", "user", frozenset({"basic"}), "ann@test.example", "s")
    answer = call("identity.get_jwks")
    assert answer.status == 200
    keys = jwt.PyJWKSet.from_dict(answer.body)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="assistant", issuer="assistant")
    assert claims["sub"] == "u"


def test_shows_every_key_that_still_verifies_and_no_private_part(call, monkeypatch):
    value = None
    for _ in range(signing_keys.KEPT + 1):
        value = signing_keys.rotated(value)
    monkeypatch.setattr(signing_keys, "secret", lambda name, fresh=False: value)
    keys = call("identity.get_jwks").body["keys"]
    assert len({key["kid"] for key in keys}) == signing_keys.KEPT
    assert {frozenset(key) for key in keys} == {frozenset({"kty", "crv", "x", "y", "kid", "use", "alg"})}

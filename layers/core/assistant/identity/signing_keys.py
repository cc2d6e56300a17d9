"""The keys that sign access tokens: ES256, in Secrets Manager, newest first; older ones only verify."""

import json
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from assistant.platform.clock import iso, utc_now
from assistant.platform.errors import Unavailable
from assistant.platform.secrets import secret

SETTING = "SIGNING_KEY_SECRET"
ALGORITHM = "ES256"
KEPT = 3  # the signing key and the two before it: rotation days apart, tokens live 30 minutes


def signing_key() -> tuple[str, EllipticCurvePrivateKey]:
    """(kid, private key) that new tokens are signed with."""
    keys = _parse(secret(SETTING)) or _parse(secret(SETTING, fresh=True))
    if not keys:
        raise Unavailable("There is no signing key yet: rotate the secret of the signing key once.")
    return keys[0]["kid"], keys[0]["key"]


def public_key(kid: str) -> Any | None:
    """The public key of that id, or None. An unknown id reads the secret anew: it may have just been rotated."""
    for fresh in (False, True):
        for entry in _parse(secret(SETTING, fresh=fresh)):
            if entry["kid"] == kid:
                return entry["key"].public_key()
    return None


def jwks() -> dict[str, list[dict[str, str]]]:
    """The public keys as a JSON Web Key Set (RFC 7517)."""
    keys = []
    for entry in _parse(secret(SETTING)):
        jwk: dict[str, str] = jwt.algorithms.ECAlgorithm.to_jwk(entry["key"].public_key(), as_dict=True)
        keys.append({**jwk, "kid": entry["kid"], "use": "sig", "alg": ALGORITHM})
    return {"keys": keys}


def rotated(current: str | None) -> str:
    """The secret's next value: a new key in front of the ones that must still verify."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    now = utc_now()
    entry = {"kid": now.strftime("%Y%m%dT%H%M%S%f"), "created_at": iso(now), "private_key": pem}
    try:
        older = json.loads(current or "{}").get("keys", [])
    except ValueError:  # the random text that the template creates the secret with
        older = []
    return json.dumps({"keys": [entry, *older][:KEPT]})


@lru_cache(maxsize=4)
def _parse(text: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"kid": entry["kid"], "key": serialization.load_pem_private_key(entry["private_key"].encode(), password=None)}
        for entry in json.loads(text)["keys"]
    )

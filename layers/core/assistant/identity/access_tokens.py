"""Access tokens: signed JWTs of 30 minutes, verified by RFC 8725's rules (one algorithm, issuer, audience, type).

A token has one spelling: base64 with stray bits and the twin of an ECDSA signature (s and n - s both verify) are
refused, so whatever differs from what was issued, in a single character, is not accepted.
"""

import base64
import uuid
from datetime import timedelta
from enum import Enum

import jwt

from assistant.identity.caller import Caller
from assistant.identity.signing_keys import ALGORITHM, public_key, signing_key
from assistant.platform.clock import utc_now

LIFETIME = timedelta(minutes=30)
ISSUER = AUDIENCE = "assistant"
TYPE = "at+jwt"
REQUIRED = ["exp", "iat", "sub", "jti", "org", "role", "scope", "email", "sid"]
MAX_LENGTH = 4096  # ours have some 700 characters
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Refusal(Enum):
    """Why a token was not accepted. EXPIRED and ENDED ones are genuine; INVALID ones may be anything."""

    EXPIRED = "expired"
    ENDED = "revoked"
    INVALID = "invalid"


def issue(user_id: str, organization_id: str, role: str, scopes: frozenset[str], email: str, session_id: str) -> str:
    """A signed access token for the user's session.

    Role and scopes are for the client to read: what the user may do is looked up when the token is used.
    """
    kid, key = signing_key()
    now = utc_now()
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user_id,
        "org": organization_id,
        "role": role,
        "scope": " ".join(sorted(scopes)),
        "email": email,
        "sid": session_id,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + LIFETIME,
    }
    while True:  # a signature's nonce is random: every other one has the lower s
        token = jwt.encode(claims, key, ALGORITHM, headers={"kid": kid, "typ": TYPE})
        if _is_spelled_our_way(token):
            return token


def verify(token: str) -> Caller | Refusal:
    """The caller that the token names, as it was when signed, or why it is refused."""
    try:
        if len(token) > MAX_LENGTH or not _is_spelled_our_way(token):
            return Refusal.INVALID
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM or header.get("typ") != TYPE:
            return Refusal.INVALID
        key = public_key(str(header.get("kid", "")))
        if key is None:
            return Refusal.INVALID
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": REQUIRED},
        )
    except jwt.ExpiredSignatureError:
        return Refusal.EXPIRED
    except (jwt.InvalidTokenError, ValueError):
        return Refusal.INVALID
    return Caller(
        user_id=claims["sub"],
        organization_id=claims["org"],
        role=claims["role"],
        scopes=frozenset(claims["scope"].split()),
        token_id=claims["jti"],
        email=claims["email"],
        session_id=claims["sid"],
    )


def _is_spelled_our_way(token: str) -> bool:
    """Three parts, each the one base64 of its bytes, and of the two signatures that verify the one with the lower s."""
    parts = token.split(".")
    if len(parts) != 3:
        return False
    decoded = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts]
    if [base64.urlsafe_b64encode(data).rstrip(b"=").decode() for data in decoded] != parts:
        return False
    signature = decoded[2]
    return len(signature) == 64 and int.from_bytes(signature[32:], "big") <= P256_ORDER // 2

"""Refresh tokens: random, used once, kept as hashes. Using one twice ends the sign-in that it belongs to."""

import hashlib
import secrets

from assistant.identity import sessions
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Unauthenticated

LIFETIME_DAYS = 30


class RefreshTokenReused(Unauthenticated):
    """An old token came back: somebody has a copy, so every token of that sign-in ends."""

    commits = True


def issue(work: UnitOfWork, organization_id: str, user_id: str, session_id: str) -> str:
    """A new refresh token of the session, whose family they all are."""
    token = secrets.token_urlsafe(32)
    work.run(
        """INSERT INTO refresh_tokens (token_hash, family_id, organization_id, user_id, expires_at)
           VALUES (:hash, CAST(:family AS uuid), CAST(:organization AS uuid), CAST(:user AS uuid),
                   now() + make_interval(days => :days))""",
        hash=_hash(token),
        family=session_id,
        organization=organization_id,
        user=user_id,
        days=LIFETIME_DAYS,
    )
    return token


def redeem(work: UnitOfWork, token: str, grace_seconds: int = 0) -> tuple[str, str, str]:
    """Use a token up; (organization_id, user_id, session_id). Of two racing uses one wins, the other ends the session.

    Within `grace_seconds` of its first use a token counts as unused; the first use stays the one that is noted.
    The session ends by its own row and not by its tokens': a token that is just being given out would be missed.
    """
    used = work.one(
        """/* any organization - the token itself tells which */
           UPDATE refresh_tokens t SET used_at = coalesce(t.used_at, now())
           FROM sessions s
           WHERE t.token_hash = :hash AND t.expires_at > now()
             AND (t.used_at IS NULL OR (CAST(:grace AS integer) > 0
                  AND t.used_at > now() - make_interval(secs => CAST(:grace AS integer))))
             AND s.session_id = t.family_id AND s.ended_at IS NULL
           RETURNING t.organization_id, t.user_id, t.family_id""",
        hash=_hash(token),
        grace=grace_seconds,
    )
    if used:
        return str(used["organization_id"]), str(used["user_id"]), str(used["family_id"])
    reused = work.one(
        """/* any organization - the token itself tells which */
           SELECT organization_id, family_id FROM refresh_tokens WHERE token_hash = :hash AND used_at IS NOT NULL""",
        hash=_hash(token),
    )
    if reused:
        sessions.end(work, str(reused["organization_id"]), str(reused["family_id"]), "reuse")
        raise RefreshTokenReused("This refresh token was used before, so the sign-in was ended. Sign in again.")
    raise Unauthenticated("The refresh token is not valid or has expired. Sign in again at POST /api/v1/auth/login.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

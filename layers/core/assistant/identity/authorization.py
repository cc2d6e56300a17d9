"""What the authorizers ask: whom a token names, and what that user may do now."""

from dataclasses import replace

from assistant.identity.access_tokens import Refusal, verify
from assistant.identity.caller import Caller
from assistant.identity.scopes import effective
from assistant.platform.db import UnitOfWork


def caller_of(work: UnitOfWork, token: str) -> Caller | Refusal:
    """Whom an access token names, with the role and scopes of now and not of when it was signed.

    What is no token of ours never reaches PostgreSQL. ENDED: genuine, but signed out or switched off since.
    """
    named = verify(token)
    if isinstance(named, Refusal):
        return named
    row = work.one(
        """SELECT u.role, u.scopes, u.email
           FROM sessions s JOIN users u ON u.user_id = s.user_id AND u.organization_id = s.organization_id
           WHERE s.organization_id = CAST(:organization AS uuid) AND s.session_id = CAST(:session AS uuid)
             AND s.user_id = CAST(:user AS uuid) AND s.ended_at IS NULL AND u.is_active""",
        organization=named.organization_id,
        session=named.session_id,
        user=named.user_id,
    )
    if row is None:
        return Refusal.ENDED
    return replace(named, role=row["role"], scopes=effective(row["role"], row["scopes"]), email=row["email"])

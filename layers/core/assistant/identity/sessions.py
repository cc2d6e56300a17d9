"""Sessions: one sign-in each, with the family of its refresh tokens. Its row says whether it still stands."""

from typing import Literal

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork

Reason = Literal["logout", "reuse", "password"]


def start(work: UnitOfWork, organization_id: str, user_id: str) -> str:
    """A new session of the user; its id."""
    [row] = work.run(
        """INSERT INTO sessions (organization_id, user_id)
           VALUES (CAST(:organization AS uuid), CAST(:user AS uuid)) RETURNING session_id""",
        organization=organization_id,
        user=user_id,
    )
    return str(row["session_id"])


def end(work: UnitOfWork, organization_id: str, session_id: str, reason: Reason) -> int:
    """End a session: its refresh tokens at once, its access tokens when the gateway asks again. 0 when it was over."""
    ended = work.run(
        """UPDATE sessions SET ended_at = now(), end_reason = :reason
           WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)
             AND ended_at IS NULL
           RETURNING session_id""",
        organization=organization_id,
        session=session_id,
        reason=reason,
    )
    return len(ended)


def log_out(work: UnitOfWork, caller: Caller, *, everywhere: bool) -> int:
    """End the caller's session, or all of theirs; how many that were."""
    if everywhere:
        return end_all(work, caller, "logout")
    return end(work, caller.organization_id, caller.session_id, "logout")


def end_all(work: UnitOfWork, caller: Caller, reason: Reason, *, keep: str | None = None) -> int:
    """End the caller's sessions, but the one to keep; how many."""
    ended = work.run(
        """UPDATE sessions SET ended_at = now(), end_reason = :reason
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
             AND ended_at IS NULL AND (CAST(:keep AS uuid) IS NULL OR session_id <> CAST(:keep AS uuid))
           RETURNING session_id""",
        organization=caller.organization_id,
        user=caller.user_id,
        reason=reason,
        keep=keep,
    )
    return len(ended)

"""Moderation: feedback is taken out of every count, and stays with who took it out, when and why."""

from datetime import datetime

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound


def remove(work: UnitOfWork, caller: Caller, feedback_id: str, reason: str) -> datetime:
    """When it was removed. Raises NotFound for what is not there, or was removed before."""
    row = work.one(
        """UPDATE feedback SET removed_at = now(), removed_by = CAST(:user AS uuid), removal_reason = :reason
           WHERE organization_id = CAST(:organization AS uuid) AND feedback_id = CAST(:feedback AS uuid)
             AND removed_at IS NULL
           RETURNING removed_at""",
        organization=caller.organization_id,
        user=caller.user_id,
        feedback=feedback_id,
        reason=reason,
    )
    if row is None:
        raise NotFound("There is no such feedback here.")
    removed_at: datetime = row["removed_at"]
    return removed_at

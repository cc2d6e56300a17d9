"""Which RFCs may be judged."""

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound


def require_rfc(work: UnitOfWork, caller: Caller, rfc_id: str) -> None:
    """Raises NotFound unless the RFC is the organisation's: whoever was sent one by a colleague may judge it."""
    row = work.one(
        """SELECT 1 AS found FROM rfcs
           WHERE organization_id = CAST(:organization AS uuid) AND rfc_id = CAST(:rfc AS uuid)""",
        organization=caller.organization_id,
        rfc=rfc_id,
    )
    if row is None:
        raise NotFound("There is no such RFC here.")

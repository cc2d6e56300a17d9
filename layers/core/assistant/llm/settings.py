"""An organization's routing strategy: stored for all sandboxes, read through a short cache in each."""

import json
from typing import TYPE_CHECKING, Any, cast

from assistant.platform.clock import monotonic
from assistant.platform.db import UnitOfWork

if TYPE_CHECKING:
    from assistant.llm.routing import Strategy

CACHE_SECONDS = 5.0
_kept: dict[str, tuple[float, "Strategy"]] = {}


def routing_strategy(work: UnitOfWork, organization_id: str) -> "Strategy":
    """The strategy, priority unless an administrator chose another; at most five seconds old in this sandbox."""
    kept = _kept.get(organization_id)
    if kept and monotonic() - kept[0] < CACHE_SECONDS:
        return kept[1]
    strategy = stored_strategy(work, organization_id)
    _kept[organization_id] = (monotonic(), strategy)
    return strategy


def stored_strategy(work: UnitOfWork, organization_id: str) -> "Strategy":
    """The strategy as it is stored now, past the cache."""
    row = work.one(
        "SELECT strategy FROM llm_settings WHERE organization_id = CAST(:organization AS uuid)",
        organization=organization_id,
    )
    return cast("Strategy", row["strategy"]) if row else "priority"


def set_routing_strategy(
    work: UnitOfWork, organization_id: str, user_id: str, strategy: "Strategy", reason: str
) -> "Strategy":
    """Store it and note who changed it; the strategy before."""
    before = stored_strategy(work, organization_id)
    work.run(
        """INSERT INTO llm_settings (organization_id, strategy, updated_by)
           VALUES (CAST(:organization AS uuid), :strategy, CAST(:user AS uuid))
           ON CONFLICT (organization_id) DO UPDATE
           SET strategy = excluded.strategy, updated_by = excluded.updated_by, updated_at = now()""",
        organization=organization_id,
        strategy=strategy,
        user=user_id,
    )
    note_change(work, organization_id, user_id, "routing_strategy", {"strategy": before}, {"strategy": strategy},
                reason)  # fmt: skip
    work.after_commit(lambda: _forget(organization_id))
    return before


def note_change(
    work: UnitOfWork,
    organization_id: str,
    user_id: str,
    subject: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    reason: str,
) -> None:
    """Write a row of the audit trail."""
    work.run(
        """INSERT INTO llm_changes (organization_id, user_id, subject, before, after, reason)
           VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :subject, CAST(:before AS jsonb),
                   CAST(:after AS jsonb), :reason)""",
        organization=organization_id,
        user=user_id,
        subject=subject,
        before=None if before is None else json.dumps(before),
        after=json.dumps(after),
        reason=reason,
    )


def _forget(organization_id: str) -> None:
    _kept.pop(organization_id, None)

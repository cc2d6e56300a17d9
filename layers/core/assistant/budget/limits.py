"""The limits of organisations, teams and users: given, and changed by administrators."""

from dataclasses import dataclass
from typing import Literal

from assistant.budget.alerts import tell_change
from assistant.budget.ledger import changed
from assistant.budget.money import dollars
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound

Level = Literal["user", "team", "organization"]
Mode = Literal["hard", "soft", "warn"]
Period = Literal["daily", "weekly", "monthly", "yearly"]

DEFAULT_USER_LIMIT = 100_000_000  # $100 a month
DEFAULT_ADMIN_LIMIT = 1_000_000_000  # $1000 a month


@dataclass(frozen=True, slots=True)
class Change:
    """Limits in micro-dollars."""

    old_limit: int
    new_limit: int
    old_mode: Mode
    new_mode: Mode


def give_budget(
    work: UnitOfWork,
    organization_id: str,
    level: str,
    owner_id: str,
    limit: int,
    period: Period = "monthly",
    mode: Mode = "hard",
) -> None:
    """Give an organisation, team or user a budget of `limit` micro-dollars a period.

    `hard` refuses what does not fit; `soft` lets it through and records the debt; `warn` only raises alerts.
    """
    work.run(
        """INSERT INTO budgets (organization_id, level, owner_id, limit_microdollars, period, mode)
           VALUES (CAST(:organization AS uuid), :level, CAST(:owner AS uuid), :limit, :period, :mode)""",
        organization=organization_id,
        level=level,
        owner=owner_id,
        limit=limit,
        period=period,
        mode=mode,
    )


def change_budget(
    work: UnitOfWork,
    organization_id: str,
    level: Level,
    owner_id: str,
    limit: int,
    changed_by: str,
    reason: str,
    mode: Mode | None = None,
) -> Change:
    """Set a limit, at once for the open period too, store who did it and why, and tell whom it concerns.

    NotFound without such a budget.
    """
    row = work.one(
        """SELECT old_limit, new_limit, old_mode, new_mode
           FROM change_budget(CAST(:organization AS uuid), :level, CAST(:owner AS uuid), CAST(:limit AS bigint),
                              CAST(:mode AS text), CAST(:by AS uuid), :reason)""",
        organization=organization_id,
        level=level,
        owner=owner_id,
        limit=limit,
        mode=mode,
        by=changed_by,
        reason=reason,
    )
    if row is None:
        raise NotFound(f"There is no budget of such a {level} in your organisation. Check the id.")
    if level == "user":
        changed(work, organization_id, owner_id)
    change = Change(**row)
    tell_change(
        work,
        organization_id,
        level,
        owner_id,
        {
            "old_budget_limit": dollars(change.old_limit),
            "new_budget_limit": dollars(change.new_limit),
            "mode": change.new_mode,
            "reason": reason,
        },
    )
    return change

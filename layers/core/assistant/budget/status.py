"""What a user has spent in the current period, and what is left."""

from dataclasses import dataclass
from datetime import datetime

from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound


@dataclass(frozen=True, slots=True)
class Status:
    """Micro-dollars. `free` is what a new hold may take at the user's own level."""

    granted: int
    spent: int
    held: int
    free: int
    period_start: datetime
    period_end: datetime
    days_elapsed: float
    days_total: float
    total_requests: int
    last_request: datetime | None

    @property
    def used_percentage(self) -> float:
        return 100 * self.spent / self.granted

    @property
    def standing(self) -> str:
        """active below 80 %, warning below 95 %, critical below 100 %, then exceeded."""
        used = self.used_percentage
        return "exceeded" if used >= 100 else "critical" if used >= 95 else "warning" if used >= 80 else "active"

    @property
    def daily_average(self) -> int:
        return round(self.spent / max(self.days_elapsed, 1))

    @property
    def projection(self) -> int:
        """What the period will have cost at this pace."""
        return round(self.spent * self.days_total / max(self.days_elapsed, 1))


def get_status(work: UnitOfWork, organization_id: str, user_id: str) -> Status:
    """The user's own budget now; a period without a call yet has spent nothing. NotFound when they have none."""
    status = find_status(work, organization_id, user_id)
    if status is None:
        raise NotFound("You have no budget, so nothing that costs money can run. Ask an administrator for one.")
    return status


def find_status(work: UnitOfWork, organization_id: str, user_id: str) -> Status | None:
    """The same, None when the user has no budget."""
    row = work.one(
        """SELECT p.period_start, p.period_end, p.granted, p.spent, p.held,
                  extract(epoch FROM now() - p.period_start) / 86400 AS days_elapsed,
                  extract(epoch FROM p.period_end - p.period_start) / 86400 AS days_total,
                  calls.total_requests, calls.last_request
           FROM current_periods(CAST(:organization AS uuid), now()) AS p
           CROSS JOIN LATERAL (
               SELECT count(*) AS total_requests, max(h.created_at) AS last_request FROM holds h
               WHERE h.organization_id = CAST(:organization AS uuid) AND h.user_id = CAST(:user AS uuid)
                 AND h.created_at >= p.period_start
           ) AS calls
           WHERE p.level = 'user' AND p.owner_id = CAST(:user AS uuid)""",
        organization=organization_id,
        user=user_id,
    )
    if row is None:
        return None
    return Status(
        granted=row["granted"],
        spent=row["spent"],
        held=row["held"],
        free=row["granted"] - row["spent"] - row["held"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        days_elapsed=float(row["days_elapsed"]),
        days_total=float(row["days_total"]),
        total_requests=row["total_requests"],
        last_request=row["last_request"],
    )

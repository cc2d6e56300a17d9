"""Alerts of budgets: raised by settlements in the database, told to people from here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.budget.money import dollars
from assistant.notifications.log import notify
from assistant.platform.clock import iso
from assistant.platform.db import Database, Row, UnitOfWork

BATCH = 100
THRESHOLDS = {"used_80": 80, "used_95": 95, "used_100": 100}


@dataclass(frozen=True, slots=True)
class Alert:
    """Amounts in micro-dollars, as they were when it was raised. `threshold` is None for a forecast.

    `resolved`: the period is over, or the limit was raised so that the mark no longer is passed.
    """

    alert_id: int
    level: str
    kind: str
    threshold: int | None
    spent: int
    granted: int
    period_start: datetime
    period_end: datetime
    created_at: datetime
    resolved: bool


def list_alerts(
    work: UnitOfWork, organization_id: str, user_id: str, resolved: bool | None, *, whole_organization: bool
) -> list[Alert]:
    """The alerts of the user's own budget, or of every budget of the organisation; newest first, at most 200."""
    rows = work.run(
        """SELECT a.alert_id, b.level, a.kind, a.spent, a.granted, a.period_start, p.period_end, a.created_at,
                  p.period_end <= now() OR CASE a.kind
                      WHEN 'used_80' THEN p.spent * 100 < p.granted * 80
                      WHEN 'used_95' THEN p.spent * 100 < p.granted * 95
                      WHEN 'used_100' THEN p.spent < p.granted
                      ELSE marks_passed(p.spent, p.granted, p.period_start, p.period_end, now()) = 0 END AS resolved
           FROM budget_alerts a
           JOIN budgets b ON b.budget_id = a.budget_id
           JOIN budget_periods p ON p.budget_id = a.budget_id AND p.period_start = a.period_start
           WHERE a.organization_id = CAST(:organization AS uuid)
             AND (:whole OR b.level = 'user' AND b.owner_id = CAST(:user AS uuid))
           ORDER BY a.created_at DESC, a.alert_id DESC LIMIT 200""",
        organization=organization_id,
        user=user_id,
        whole=whole_organization,
    )
    alerts = [Alert(**row, threshold=THRESHOLDS.get(row["kind"])) for row in rows]
    return [alert for alert in alerts if resolved is None or alert.resolved == resolved]


def announce(database: Database, organization_id: str) -> int:
    """Notify the people concerned of the organisation's alerts that nobody was told of; how many alerts.

    A transaction of its own: a settlement holds the budgets' rows, and must not wait for anyone's log meanwhile.
    """
    with database.transaction() as work:
        rows = work.run(
            """UPDATE budget_alerts SET notified_at = now()
               WHERE organization_id = CAST(:organization AS uuid) AND notified_at IS NULL
                 AND alert_id IN (SELECT w.alert_id FROM budget_alerts w
                                  WHERE w.organization_id = CAST(:organization AS uuid) AND w.notified_at IS NULL
                                  ORDER BY w.alert_id LIMIT :batch FOR UPDATE SKIP LOCKED)
               RETURNING alert_id, budget_id, period_start, kind, spent, granted""",
            organization=organization_id,
            batch=BATCH,
        )
        notices = [(user, row) for row in rows for user in _concerned(work, organization_id, row)]
        for user_id, row in sorted(notices, key=lambda notice: (notice[0], notice[1]["alert_id"])):
            notify(work, organization_id, user_id, "budget_alert", _told(row), "high")
    return len(rows)


def tell_change(work: UnitOfWork, organization_id: str, level: str, owner_id: str, data: dict[str, Any]) -> None:
    """Tell the people of a budget, in the transaction that changes its limit, so that their pages show it at once."""
    row = work.one(
        """SELECT budget_id FROM budgets
           WHERE organization_id = CAST(:organization AS uuid) AND level = :level
             AND owner_id = CAST(:owner AS uuid)""",
        organization=organization_id,
        level=level,
        owner=owner_id,
    )
    if row is None:
        return
    for user_id in sorted(_concerned(work, organization_id, row)):
        notify(work, organization_id, user_id, "budget_updated", {"level": level, **data})


def announce_all(database: Database) -> int:
    """What crashes left between a settlement and its announcement; how many alerts."""
    with database.reading() as work:
        rows = work.run(
            """/* every organization - the schedule serves all */
               SELECT DISTINCT organization_id FROM budget_alerts WHERE notified_at IS NULL"""
        )
    return sum(announce(database, str(row["organization_id"])) for row in rows)


def _concerned(work: UnitOfWork, organization_id: str, row: Row) -> list[str]:
    """A user's budget concerns the user, a team's its members, the organisation's the administrators."""
    people = work.run(
        """SELECT u.user_id, b.level FROM budgets b JOIN users u ON u.organization_id = b.organization_id
           WHERE b.organization_id = CAST(:organization AS uuid) AND b.budget_id = CAST(:budget AS uuid) AND u.is_active
             AND CASE b.level WHEN 'user' THEN u.user_id = b.owner_id WHEN 'team' THEN u.team_id = b.owner_id
                 ELSE u.role = 'admin' END""",
        organization=organization_id,
        budget=str(row["budget_id"]),
    )
    row["level"] = people[0]["level"] if people else None
    return [str(person["user_id"]) for person in people]


def _told(row: Row) -> dict[str, Any]:
    return {
        "alert_id": row["alert_id"],
        "alert_type": row["kind"],
        "level": row["level"],
        "threshold": THRESHOLDS.get(row["kind"]),
        "current_usage": dollars(row["spent"]),
        "budget_limit": dollars(row["granted"]),
        "period_start": iso(row["period_start"]),
    }

"""What was spent, day by day in the organisation's time zone, from the ledger."""

from dataclasses import dataclass, field
from datetime import date

from assistant.platform.db import UnitOfWork

OTHER = "other"  # what was charged without a call to a provider being known


@dataclass(slots=True)
class Share:
    """Micro-dollars and calls of one provider."""

    cost: int = 0
    calls: int = 0


@dataclass(slots=True)
class Day:
    """Micro-dollars; `requests` were charged on this day; the shares of `providers` add up to `cost`."""

    day: date
    cost: int
    requests: int
    providers: dict[str, Share] = field(default_factory=dict)


def usage_history(work: UnitOfWork, organization_id: str, user_id: str, days: int) -> list[Day]:
    """The last `days` days with today, oldest first, also those without usage.

    The day is the one of the charge. A call belongs to the settlement that charged it, the first one after its end.
    """
    booked = work.run(
        """WITH zone AS (
               SELECT o.time_zone, CAST(now() AT TIME ZONE o.time_zone AS date) AS today FROM organizations o
               WHERE o.organization_id = CAST(:organization AS uuid)
           ), charges AS (
               SELECT CAST(e.created_at AT TIME ZONE zone.time_zone AS date) AS day, e.amount, e.request_id
               FROM zone
               JOIN budgets b ON b.organization_id = CAST(:organization AS uuid) AND b.level = 'user'
                   AND b.owner_id = CAST(:user AS uuid)
               JOIN ledger_entries e ON e.organization_id = CAST(:organization AS uuid) AND e.budget_id = b.budget_id
                   AND e.to_account = 'spent'
                   AND e.created_at >= first_instant(CAST(zone.today - CAST(:days AS int) + 1 AS timestamp),
                                                     zone.time_zone)
           )
           SELECT CAST(days.day AS date) AS day, CAST(coalesce(sum(c.amount), 0) AS bigint) AS cost,
                  count(DISTINCT c.request_id) AS requests
           FROM zone
           CROSS JOIN LATERAL generate_series(zone.today - CAST(:days AS int) + 1, zone.today, '1 day') AS days (day)
           LEFT JOIN charges c ON c.day = CAST(days.day AS date)
           GROUP BY days.day ORDER BY days.day""",
        organization=organization_id,
        user=user_id,
        days=days,
    )
    history = {row["day"]: Day(row["day"], row["cost"], row["requests"]) for row in booked}
    for row in work.run(
        """SELECT CAST(charged.at AT TIME ZONE o.time_zone AS date) AS day, c.provider,
                  CAST(sum(c.cost) AS bigint) AS cost, count(*) AS calls
           FROM llm_calls c
           JOIN organizations o ON o.organization_id = c.organization_id
           JOIN budgets b ON b.organization_id = c.organization_id AND b.level = 'user' AND b.owner_id = c.user_id
           CROSS JOIN LATERAL (
               SELECT min(e.created_at) AS at FROM ledger_entries e
               WHERE e.organization_id = CAST(:organization AS uuid) AND e.request_id = c.request_id
                 AND e.budget_id = b.budget_id AND e.to_account = 'spent' AND e.created_at >= c.finished_at
           ) AS charged
           WHERE c.organization_id = CAST(:organization AS uuid) AND c.user_id = CAST(:user AS uuid) AND c.cost > 0
             AND c.created_at >= now() - make_interval(days => CAST(:days AS int) + 2) AND charged.at IS NOT NULL
           GROUP BY 1, 2""",
        organization=organization_id,
        user=user_id,
        days=days,
    ):
        if row["day"] in history:
            history[row["day"]].providers[row["provider"]] = Share(row["cost"], row["calls"])
    for day in history.values():
        if rest := day.cost - sum(share.cost for share in day.providers.values()):
            day.providers[OTHER] = Share(rest)
    return list(history.values())

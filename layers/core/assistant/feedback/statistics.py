"""Feedback counted: of a target, of an organisation, day by day. Removed feedback counts nowhere."""

import datetime
from dataclasses import dataclass

from assistant.platform.db import UnitOfWork

PRODUCED = ("rfc", "documentation")  # contexts whose targets are rows here, so that coverage can be told


@dataclass(frozen=True)
class TargetStatistics:
    """`positive_percentage` is of likes and dislikes; none without either, as is the average without a rating."""

    likes: int
    dislikes: int
    reports: int
    ratings: int
    average_rating: float | None
    positive_percentage: float | None
    top_reason: str | None


def target_statistics(work: UnitOfWork, organization_id: str, target_id: str) -> TargetStatistics:
    """What was said of one target; zeros when nothing was."""
    [row] = work.run(
        """SELECT count(*) FILTER (WHERE feedback_type = 'like') AS likes,
                  count(*) FILTER (WHERE feedback_type = 'dislike') AS dislikes,
                  count(*) FILTER (WHERE feedback_type = 'report') AS reports,
                  count(rating) AS ratings, avg(rating) AS average,
                  mode() WITHIN GROUP (ORDER BY nullif(reason, '')) AS top_reason
           FROM feedback
           WHERE organization_id = CAST(:organization AS uuid) AND target_id = :target AND removed_at IS NULL""",
        organization=organization_id,
        target=target_id,
    )
    return TargetStatistics(
        row["likes"], row["dislikes"], row["reports"], row["ratings"], _rounded(row["average"]),
        percentage(row["likes"], row["likes"] + row["dislikes"]), row["top_reason"],
    )  # fmt: skip


@dataclass(frozen=True)
class Issue:
    reason: str
    count: int


@dataclass(frozen=True)
class Analytics:
    """`coverage`: the share of RFCs and documents made in the time that anyone judged; none where that is not told."""

    total: int
    users: int
    likes: int
    dislikes: int
    reports: int
    average_rating: float | None
    positive_percentage: float | None
    produced: int | None
    judged: int | None
    coverage: float | None
    top_issues: list[Issue]


def analytics(work: UnitOfWork, organization_id: str, context: str | None, days: int) -> Analytics:
    """The last `days` days, of one context or of all."""
    whose = {"organization": organization_id, "context": context, "days": days}
    [row] = work.run(
        """SELECT count(*) AS total, count(DISTINCT user_id) AS users,
                  count(*) FILTER (WHERE feedback_type = 'like') AS likes,
                  count(*) FILTER (WHERE feedback_type = 'dislike') AS dislikes,
                  count(*) FILTER (WHERE feedback_type = 'report') AS reports, avg(rating) AS average
           FROM feedback
           WHERE organization_id = CAST(:organization AS uuid) AND removed_at IS NULL
             AND created_at > now() - make_interval(days => :days)
             AND (CAST(:context AS text) IS NULL OR context = :context)""",
        **whose,
    )
    issues = work.run(
        """SELECT reason, count(*) AS count FROM feedback
           WHERE organization_id = CAST(:organization AS uuid) AND removed_at IS NULL AND reason <> ''
             AND feedback_type IN ('dislike', 'report') AND created_at > now() - make_interval(days => :days)
             AND (CAST(:context AS text) IS NULL OR context = :context)
           GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 10""",
        **whose,
    )
    produced, judged = _coverage(work, organization_id, context, days)
    return Analytics(
        row["total"], row["users"], row["likes"], row["dislikes"], row["reports"], _rounded(row["average"]),
        percentage(row["likes"], row["likes"] + row["dislikes"]), produced, judged,
        round(judged / produced, 4) if produced and judged is not None else None,
        [Issue(**issue) for issue in issues],
    )  # fmt: skip


def _coverage(work: UnitOfWork, organization_id: str, context: str | None, days: int) -> tuple[int | None, int | None]:
    if context is not None and context not in PRODUCED:
        return None, None  # nothing records what was shown and not judged
    [row] = work.run(
        """SELECT count(*) AS produced, count(*) FILTER (WHERE EXISTS (
                      SELECT FROM feedback f
                      WHERE f.organization_id = CAST(:organization AS uuid) AND f.removed_at IS NULL
                        AND f.context = made.context AND f.target_id = made.target_id)) AS judged
           FROM (
               SELECT 'rfc' AS context, CAST(rfc_id AS text) AS target_id FROM rfcs
               WHERE organization_id = CAST(:organization AS uuid)
                 AND created_at > now() - make_interval(days => :days)
               UNION ALL
               SELECT 'documentation', CAST(document_id AS text) FROM code_documents
               WHERE organization_id = CAST(:organization AS uuid)
                 AND created_at > now() - make_interval(days => :days)
           ) AS made
           WHERE CAST(:context AS text) IS NULL OR made.context = :context""",
        organization=organization_id,
        context=context,
        days=days,
    )
    return row["produced"], row["judged"]


@dataclass(frozen=True)
class Day:
    date: datetime.date
    likes: int
    dislikes: int
    reports: int
    average_rating: float | None
    positive_percentage: float | None


def trends(work: UnitOfWork, organization_id: str, context: str | None, days: int) -> list[Day]:
    """Each of the last `days` days of the organisation's clock, today last; days without feedback are zeros."""
    rows = work.run(
        """SELECT CAST(day AS date) AS date, count(*) FILTER (WHERE feedback_type = 'like') AS likes,
                  count(*) FILTER (WHERE feedback_type = 'dislike') AS dislikes,
                  count(*) FILTER (WHERE feedback_type = 'report') AS reports, avg(rating) AS average
           FROM organizations o
           CROSS JOIN LATERAL (SELECT CAST(now() AT TIME ZONE o.time_zone AS date) AS today) AS clock
           CROSS JOIN LATERAL generate_series(today - CAST(:days AS integer) + 1, today, interval '1 day') AS day
           LEFT JOIN feedback f ON f.organization_id = CAST(:organization AS uuid) AND f.removed_at IS NULL
                AND f.created_at > now() - make_interval(days => CAST(:days AS integer) + 1)
                AND CAST(f.created_at AT TIME ZONE o.time_zone AS date) = CAST(day AS date)
                AND (CAST(:context AS text) IS NULL OR f.context = :context)
           WHERE o.organization_id = CAST(:organization AS uuid)
           GROUP BY day ORDER BY day""",
        organization=organization_id,
        context=context,
        days=days,
    )
    return [
        Day(row["date"], row["likes"], row["dislikes"], row["reports"], _rounded(row["average"]),
            percentage(row["likes"], row["likes"] + row["dislikes"]))
        for row in rows
    ]  # fmt: skip


def percentage(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _rounded(value: object) -> float | None:
    return None if value is None else round(float(value), 2)  # type: ignore[arg-type]

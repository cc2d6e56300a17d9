"""How much a user's feedback has been worth, from 0 to 10, told from its rows.

    score = 10 * (0.3 activity + 0.3 detail + 0.4 agreement) * (1 - removed share)

activity: votes and reports that stand, 50 and more count as full. detail: the share of them with a rating, a reason or
a comment. agreement: the share of votes that agree with the majority of the others' votes on the same target, one half
where nobody else voted. A user who never gave feedback has 0.
"""

from dataclasses import dataclass

from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound

FULL_ACTIVITY = 50


@dataclass(frozen=True)
class Reputation:
    """`compared`: votes on targets where others voted too, with a majority."""

    score: float
    given: int
    removed: int
    points: int
    detailed: int
    compared: int
    agreed: int


def reputation(work: UnitOfWork, organization_id: str, user_id: str) -> Reputation:
    """Raises NotFound for whoever is not in the organisation."""
    row = work.one(
        """SELECT count(f.feedback_id) FILTER (WHERE f.removed_at IS NULL) AS given, count(f.removed_at) AS removed,
                  coalesce(sum(f.points) FILTER (WHERE f.removed_at IS NULL), 0) AS points,
                  count(f.feedback_id) FILTER (WHERE f.removed_at IS NULL
                      AND (f.rating IS NOT NULL OR f.reason <> '' OR f.comment <> '')) AS detailed,
                  count(*) FILTER (WHERE majority <> 0) AS compared,
                  count(*) FILTER (WHERE sign(majority) = CASE f.feedback_type WHEN 'like' THEN 1 ELSE -1 END) AS agreed
           FROM users u
           LEFT JOIN feedback f
               ON f.organization_id = CAST(:organization AS uuid) AND f.user_id = u.user_id
           LEFT JOIN LATERAL (
               SELECT sum(CASE o.feedback_type WHEN 'like' THEN 1 ELSE -1 END) AS majority FROM feedback o
               WHERE o.organization_id = CAST(:organization AS uuid) AND o.context = f.context
                 AND o.target_id = f.target_id AND o.query = f.query AND o.user_id <> f.user_id
                 AND o.removed_at IS NULL AND o.feedback_type <> 'report'
           ) AS others ON f.removed_at IS NULL AND f.feedback_type <> 'report'
           WHERE u.organization_id = CAST(:organization AS uuid) AND u.user_id = CAST(:user AS uuid)
           GROUP BY u.user_id""",
        organization=organization_id,
        user=user_id,
    )
    if row is None:
        raise NotFound("There is no such user here.")
    counted = {name: int(value) for name, value in row.items()}
    return Reputation(score=score(**counted), **counted)


def score(*, given: int, removed: int, detailed: int, compared: int, agreed: int, points: int = 0) -> float:
    """0 to 10, with one decimal. Points are a thank-you and do not count."""
    if not given:
        return 0.0
    activity = min(given / FULL_ACTIVITY, 1)
    agreement = agreed / compared if compared else 0.5
    worth = 0.3 * activity + 0.3 * detailed / given + 0.4 * agreement
    return round(10 * worth * (1 - removed / (given + removed)), 1)

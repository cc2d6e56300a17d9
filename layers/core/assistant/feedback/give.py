"""Giving feedback: stored once a target, with the points that it earns."""

from dataclasses import dataclass

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork

TELLING = 20  # characters of a comment that earn points


@dataclass(frozen=True)
class Judgement:
    """What a user says of a target. `query`: what was searched for, when a search result is judged."""

    context: str
    target_id: str
    feedback_type: str
    rating: int | None = None
    reason: str = ""
    comment: str = ""
    improvement_suggestions: str = ""
    query: str = ""
    session_id: str | None = None


@dataclass(frozen=True)
class Given:
    """`points_earned` is what this added: saying the same again earns nothing."""

    feedback_id: str
    points_earned: int
    replaced: bool


def points_of(judgement: Judgement) -> int:
    """1 for the vote, 1 each for a rating and a reason, 2 for a comment that tells something, 2 for suggestions."""
    return (
        1
        + (judgement.rating is not None)
        + bool(judgement.reason)
        + 2 * (len(judgement.comment) >= TELLING)
        + 2 * (len(judgement.improvement_suggestions) >= TELLING)
    )


def give(work: UnitOfWork, caller: Caller, judgement: Judgement) -> Given:
    """Store it; a later vote of a user on a target replaces the earlier one, and a report a report."""
    points = points_of(judgement)
    whose = {
        "organization": caller.organization_id, "user": caller.user_id, "context": judgement.context,
        "target": judgement.target_id, "query": judgement.query, "report": judgement.feedback_type == "report",
    }  # fmt: skip
    before = work.one(
        """SELECT points FROM feedback
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
             AND context = :context AND target_id = :target AND md5(query) = md5(:query)
             AND (feedback_type = 'report') = :report AND removed_at IS NULL""",
        **whose,
    )
    [row] = work.run(
        """INSERT INTO feedback AS held (organization_id, user_id, context, target_id, feedback_type, rating, reason,
               comment, improvement_suggestions, query, session_id, points)
           VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :context, :target, :type,
               CAST(:rating AS smallint), :reason, :comment, :suggestions, :query, :session, :points)
           ON CONFLICT (organization_id, user_id, context, target_id, md5(query), (feedback_type = 'report'))
               WHERE removed_at IS NULL
           DO UPDATE SET feedback_type = excluded.feedback_type, rating = excluded.rating, reason = excluded.reason,
               comment = excluded.comment, improvement_suggestions = excluded.improvement_suggestions,
               session_id = excluded.session_id, points = greatest(held.points, excluded.points), created_at = now()
           WHERE held.organization_id = CAST(:organization AS uuid)
           RETURNING feedback_id, points""",
        organization=caller.organization_id,
        user=caller.user_id,
        context=judgement.context,
        target=judgement.target_id,
        type=judgement.feedback_type,
        rating=judgement.rating,
        reason=judgement.reason,
        comment=judgement.comment,
        suggestions=judgement.improvement_suggestions,
        query=judgement.query,
        session=judgement.session_id,
        points=points,
    )
    earlier = before["points"] if before else 0
    return Given(str(row["feedback_id"]), max(0, row["points"] - earlier), before is not None)

"""GET /api/v1/feedback/analytics: coverage, approval and what is complained about, for administrators."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.feedback.statistics import analytics
from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.feedback import Context

router = APIRouter(tags=["feedback"])


class FeedbackIssue(BaseModel):
    reason: str
    count: int


class FeedbackAnalytics(BaseModel):
    """`coverage`: judged of what was produced (RFCs and documentation); null where nothing records what was shown."""

    days: int
    context: str | None
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
    top_issues: list[FeedbackIssue]


@router.get("/api/v1/feedback/analytics")
async def get_feedback_analytics(
    caller: AdminCaller, db: Db, context: Context | None = None, days: Annotated[int, Query(ge=1, le=365)] = 30
) -> FeedbackAnalytics:
    found = asdict(analytics(db, caller.organization_id, context, days))
    return FeedbackAnalytics(days=days, context=context, **found)


handler = lambda_handler(router)

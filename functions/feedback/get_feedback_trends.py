"""GET /api/v1/feedback/trends: feedback day by day, for administrators."""

import datetime
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.feedback.statistics import trends
from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.feedback import Context

router = APIRouter(tags=["feedback"])


class FeedbackDay(BaseModel):
    date: datetime.date
    likes: int
    dislikes: int
    reports: int
    average_rating: float | None
    positive_percentage: float | None


class FeedbackTrends(BaseModel):
    """Days of the organisation's clock, oldest first; the last one is today, so far."""

    days: list[FeedbackDay]


@router.get("/api/v1/feedback/trends")
async def get_feedback_trends(
    caller: AdminCaller, db: Db, context: Context | None = None, days: Annotated[int, Query(ge=1, le=365)] = 30
) -> FeedbackTrends:
    found = trends(db, caller.organization_id, context, days)
    return FeedbackTrends(days=[FeedbackDay(**asdict(day)) for day in found])


handler = lambda_handler(router)

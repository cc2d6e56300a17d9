"""GET /api/v1/feedback/stats/{target_id}: what was said of one target."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from assistant.feedback.statistics import target_statistics
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["feedback"])


class FeedbackStatistics(BaseModel):
    """Zeros when nobody said anything; percentages of likes and dislikes."""

    target_id: str
    likes: int
    dislikes: int
    reports: int
    ratings: int
    average_rating: float | None
    positive_percentage: float | None
    top_reason: str | None


@router.get("/api/v1/feedback/stats/{target_id}")
async def get_feedback_statistics(
    target_id: Annotated[str, Path(min_length=1, max_length=200)], caller: Caller, db: Db
) -> FeedbackStatistics:
    found = target_statistics(db, caller.organization_id, target_id)
    return FeedbackStatistics(target_id=target_id, **asdict(found))


handler = lambda_handler(router)

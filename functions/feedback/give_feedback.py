"""POST /api/v1/feedback: like, dislike or report something; a later vote replaces the earlier one."""

from dataclasses import asdict
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.feedback.give import Judgement, give
from assistant.http import Caller, Db, lambda_handler
from assistant.http.feedback import Comment, Context, Reason, Storable, Target

router = APIRouter(tags=["feedback"])


class Feedback(BaseModel):
    """`query` belongs to the context search, whose targets are documents: what the ranking learns from."""

    target_id: Target
    context: Context = Field(description="What is judged: search, rfc, documentation, chat …")
    feedback_type: Literal["like", "dislike", "report"]
    rating: int | None = Field(default=None, ge=1, le=5)
    reason: Reason = ""
    comment: Comment = ""
    query: Annotated[Storable, StringConstraints(max_length=1000)] = ""
    session_id: Target | None = None


class GivenFeedback(BaseModel):
    """`replaced`: there was one of yours on this target already. `points_earned`: what this one added."""

    feedback_id: UUID
    points_earned: int
    replaced: bool


@router.post("/api/v1/feedback", status_code=201)
async def give_feedback(body: Feedback, caller: Caller, db: Db) -> GivenFeedback:
    return GivenFeedback.model_validate(asdict(give(db, caller, Judgement(**body.model_dump()))))


handler = lambda_handler(router)

"""POST /api/v1/learning/feedback: judge an RFC; the best-rated ones become examples for the model."""

from dataclasses import asdict
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.feedback.give import Judgement, give
from assistant.http import Caller, Db, lambda_handler
from assistant.http.feedback import Comment, Storable
from assistant.learning.rfcs import require_rfc

router = APIRouter(tags=["learning"])


class LearningFeedback(BaseModel):
    rfc_id: UUID
    feedback_type: Literal["like", "dislike", "report"]
    rating: int | None = Field(default=None, ge=1, le=5)
    comment: Comment = ""
    improvement_suggestions: Annotated[Storable, StringConstraints(max_length=2000)] = ""


class GivenLearningFeedback(BaseModel):
    """`points_earned`: what this one added; `replaced`: you had judged this RFC before."""

    feedback_id: UUID
    points_earned: int
    replaced: bool


@router.post("/api/v1/learning/feedback", status_code=201)
async def give_learning_feedback(body: LearningFeedback, caller: Caller, db: Db) -> GivenLearningFeedback:
    require_rfc(db, caller, str(body.rfc_id))
    said = body.model_dump(exclude={"rfc_id"})
    given = give(db, caller, Judgement(context="rfc", target_id=str(body.rfc_id), **said))
    return GivenLearningFeedback.model_validate(asdict(given))


handler = lambda_handler(router)

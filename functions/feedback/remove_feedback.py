"""DELETE /api/v1/feedback/{feedback_id}: take feedback out of every count; who, when and why is kept."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.feedback.moderate import remove
from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.feedback import Storable

router = APIRouter(tags=["feedback"])


class RemovedFeedback(BaseModel):
    feedback_id: UUID
    removed_at: datetime
    removed_by: str
    reason: str


@router.delete("/api/v1/feedback/{feedback_id}")
async def remove_feedback(
    feedback_id: UUID,
    caller: AdminCaller,
    db: Db,
    reason: Annotated[Storable, Query(min_length=3, max_length=500)],
) -> RemovedFeedback:
    removed_at = remove(db, caller, str(feedback_id), reason)
    return RemovedFeedback(feedback_id=feedback_id, removed_at=removed_at, removed_by=caller.user_id, reason=reason)


handler = lambda_handler(router)

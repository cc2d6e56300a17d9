"""POST /api/v1/enhancements/{task_id}/hunks/{hunk_id}: accept or reject one change; deciding again changes it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from assistant.enhancement.store import Decision, decide
from assistant.http import Caller, Db, lambda_handler
from assistant.http.enhancement import EnhancementState

router = APIRouter(tags=["enhancements"])


class HunkDecision(BaseModel):
    decision: Decision


@router.post("/api/v1/enhancements/{task_id}/hunks/{hunk_id}")
async def decide_hunk(
    task_id: UUID,
    hunk_id: Annotated[int, Path(ge=1, le=1_000_000)],
    body: HunkDecision,
    caller: Caller,
    db: Db,
) -> EnhancementState:
    return EnhancementState.of(decide(db, caller, str(task_id), hunk_id, body.decision))


handler = lambda_handler(router)

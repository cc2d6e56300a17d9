"""GET /api/v1/enhancements/{task_id}: the document with the decisions applied, and its hunks."""

from uuid import UUID

from fastapi import APIRouter

from assistant.enhancement.store import find
from assistant.http import Caller, Db, lambda_handler
from assistant.http.enhancement import EnhancementState

router = APIRouter(tags=["enhancements"])


@router.get("/api/v1/enhancements/{task_id}")
async def get_enhancement(task_id: UUID, caller: Caller, db: Db) -> EnhancementState:
    return EnhancementState.of(find(db, caller.organization_id, str(task_id), caller))


handler = lambda_handler(router)

"""DELETE /api/v1/generate/session/{session_id}: end a dialogue, and stop the task that writes its document."""

from uuid import UUID

from fastapi import APIRouter

from assistant.generation.sessions import end_session
from assistant.http import Caller, Db, lambda_handler
from assistant.http.generation import SessionState

router = APIRouter(tags=["generation"])


@router.delete("/api/v1/generate/session/{session_id}")
async def cancel_generation_session(session_id: UUID, caller: Caller, db: Db) -> SessionState:
    return SessionState.of(end_session(db, caller, str(session_id)))


handler = lambda_handler(router)

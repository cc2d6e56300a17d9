"""GET /api/v1/generate/session/{session_id}: the state of a dialogue, its answers and what is still asked."""

from uuid import UUID

from fastapi import APIRouter

from assistant.generation.finalize import priced
from assistant.generation.sessions import find_session
from assistant.http import Caller, Db, lambda_handler
from assistant.http.generation import SessionState

router = APIRouter(tags=["generation"])


@router.get("/api/v1/generate/session/{session_id}")
async def get_generation_session(session_id: UUID, caller: Caller, db: Db) -> SessionState:
    session = find_session(db, caller, str(session_id))
    open_now = session.status in ("asking", "ready", "failed")
    return SessionState.of(session, priced(db, caller, session).worst_case if open_now else None)


handler = lambda_handler(router)

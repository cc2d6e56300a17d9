"""DELETE /api/v1/chat/sessions/{session_id}: forget a chat session; an answer on its way is stopped."""

from uuid import UUID

from fastapi import APIRouter

from assistant.chat.sessions import delete_session
from assistant.http import Caller, Db, lambda_handler

router = APIRouter(tags=["chat"])


@router.delete("/api/v1/chat/sessions/{session_id}", status_code=204)
async def delete_chat_session(session_id: UUID, caller: Caller, db: Db) -> None:
    delete_session(db, caller, str(session_id))


handler = lambda_handler(router)

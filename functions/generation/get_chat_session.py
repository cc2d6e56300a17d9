"""GET /api/v1/chat/sessions/{session_id}: a chat session with its questions and whole answers, oldest first."""

from uuid import UUID

from fastapi import APIRouter

from assistant.chat.sessions import read_session
from assistant.http import Caller, Db, lambda_handler
from assistant.http.chat import ChatMessage, ChatSessionLine

router = APIRouter(tags=["chat"])


class ChatHistory(ChatSessionLine):
    """The last 200 messages."""

    messages: list[ChatMessage]


@router.get("/api/v1/chat/sessions/{session_id}")
async def get_chat_session(session_id: UUID, caller: Caller, db: Db) -> ChatHistory:
    session, history = read_session(db, caller, str(session_id))
    line = ChatSessionLine.of(session)
    return ChatHistory(**line.model_dump(), messages=[ChatMessage.of(exchange) for exchange in history])


handler = lambda_handler(router)

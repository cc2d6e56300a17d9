"""GET /api/v1/chat/sessions: the caller's chat sessions, the last used first."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.chat.sessions import list_sessions
from assistant.http import Caller, Db, lambda_handler
from assistant.http.chat import ChatSessionLine

router = APIRouter(tags=["chat"])


class ChatSessions(BaseModel):
    """`next_offset`: where the next page begins; null at the end."""

    sessions: list[ChatSessionLine]
    next_offset: int | None


@router.get("/api/v1/chat/sessions")
async def list_chat_sessions(
    caller: Caller,
    db: Db,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> ChatSessions:
    found = list_sessions(db, caller, limit + 1, offset)
    return ChatSessions(
        sessions=[ChatSessionLine.of(session) for session in found[:limit]],
        next_offset=offset + limit if len(found) > limit else None,
    )


handler = lambda_handler(router)

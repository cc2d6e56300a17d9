"""What the chat endpoints share in their answers."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.chat.messages import Exchange
from assistant.chat.sessions import ChatSession


class ChatSessionLine(BaseModel):
    session_id: str
    title: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, session: ChatSession) -> "ChatSessionLine":
        return cls(
            session_id=session.session_id,
            title=session.title,
            created_at=session.created_at,
            updated_at=session.updated_at,
        )


class ChatMessage(BaseModel):
    """A question and its answer. Of a cancelled one, `answer` is what had come. `cost` in US dollars.

    `grounded`: at least one statement of the answer is backed by a citation that was checked.
    """

    message_id: str
    task_id: str | None
    mode: str
    question: str
    status: str
    answer: str
    grounded: bool
    citations: list[dict[str, Any]]
    checked: dict[str, Any]
    cost: float
    model: str
    created_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, exchange: Exchange) -> "ChatMessage":
        return cls(
            message_id=exchange.message_id,
            task_id=exchange.task_id,
            mode=exchange.mode,
            question=exchange.question,
            status=exchange.status,
            answer=exchange.answer,
            grounded=exchange.grounded,
            citations=exchange.citations,
            checked=exchange.checked,
            cost=dollars(exchange.cost),
            model=exchange.model,
            created_at=exchange.created_at,
            answered_at=exchange.answered_at,
        )

"""Questions and answers as they are stored."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assistant.chat.modes import Mode
from assistant.generation.gone import there, without_gone
from assistant.platform.db import Row, UnitOfWork
from assistant.tasks.task import Task

COLUMNS = """m.message_id, m.session_id, m.task_id, m.mode, m.question, m.answer, m.grounded, m.citations, m.checked,
    m.cost, m.model, m.created_at, m.answered_at, coalesce(m.status, t.status, 'failed') AS status"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer. `status`: queued, running, completed, cancelled or failed. `cost` in micro-dollars."""

    message_id: str
    session_id: str
    task_id: str | None
    mode: Mode
    question: str
    answer: str
    grounded: bool
    citations: list[dict[str, Any]]
    checked: dict[str, Any]
    cost: int
    model: str
    created_at: datetime
    answered_at: datetime | None
    status: str

    @property
    def is_running(self) -> bool:
        return self.status in ("queued", "running")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is stored of an answer, and told when it is complete."""

    text: str
    grounded: bool
    citations: list[dict[str, Any]]
    checked: dict[str, Any]
    model: str = ""


def exchanges(work: UnitOfWork, organization_id: str, session_id: str, limit: int) -> list[Exchange]:
    """The last `limit` of a session, oldest first. Whose session it is has been checked before."""
    rows = work.run(
        f"""SELECT {COLUMNS} FROM chat_messages m
            LEFT JOIN tasks t ON t.task_id = m.task_id AND t.organization_id = CAST(:organization AS uuid)
            WHERE m.organization_id = CAST(:organization AS uuid) AND m.session_id = CAST(:session AS uuid)
            ORDER BY m.created_at DESC LIMIT :limit""",  # noqa: S608 - a constant list of columns
        organization=organization_id,
        session=session_id,
        limit=limit,
    )
    existing = there(work, organization_id, *(row["citations"] for row in rows))
    said = [from_row(row) for row in reversed(rows)]
    return [_as_it_is_now(exchange, existing) for exchange in said]


def of_task(work: UnitOfWork, task: Task) -> Exchange | None:
    """The question that a task answers; None when its session was deleted."""
    row = work.one(
        f"""SELECT {COLUMNS} FROM chat_messages m
            LEFT JOIN tasks t ON t.task_id = m.task_id AND t.organization_id = CAST(:organization AS uuid)
            WHERE m.organization_id = CAST(:organization AS uuid) AND m.task_id = CAST(:task AS uuid)""",  # noqa: S608
        organization=task.organization_id,
        task=task.task_id,
    )
    return from_row(row) if row else None


def add(work: UnitOfWork, task: Task, session_id: str, message_id: str, mode: Mode, question: str) -> None:
    """Store a question with its task."""
    work.run(
        """INSERT INTO chat_messages (message_id, organization_id, session_id, task_id, mode, question)
           VALUES (CAST(:message AS uuid), CAST(:organization AS uuid), CAST(:session AS uuid), CAST(:task AS uuid),
                   :mode, :question)""",
        message=message_id,
        organization=task.organization_id,
        session=session_id,
        task=task.task_id,
        mode=mode,
        question=question,
    )


def finish(work: UnitOfWork, task: Task, status: str, answer: Answer, cost: int) -> None:
    """Store how a question ended. Nothing happens when its session was deleted meanwhile."""
    work.run(
        """UPDATE chat_messages SET status = :status, answer = :answer, grounded = :grounded,
               citations = CAST(:citations AS jsonb), checked = CAST(:checked AS jsonb), model = :model,
               cost = :cost, answered_at = now()
           WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)""",
        status=status,
        answer=answer.text,
        grounded=answer.grounded,
        citations=json.dumps(answer.citations, ensure_ascii=False),
        checked=json.dumps(answer.checked, ensure_ascii=False),
        model=answer.model,
        cost=cost,
        organization=task.organization_id,
        task=task.task_id,
    )


def _as_it_is_now(exchange: Exchange, existing: set[str]) -> Exchange:
    answer, citations = without_gone(exchange.answer, exchange.citations, existing)
    return replace(exchange, answer=answer, citations=citations)


def from_row(row: Row) -> Exchange:
    ids = {name: str(row[name]) if row[name] else None for name in ("message_id", "session_id", "task_id")}
    status = "failed" if row["status"] == "dead" else row["status"]
    return Exchange(**{**row, **ids, "status": status})

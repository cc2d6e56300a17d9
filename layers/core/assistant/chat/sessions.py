"""Sessions of questions: asked, listed, read, deleted. A task is locked before the question that it answers."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.chat import messages
from assistant.chat.messages import Exchange
from assistant.chat.modes import TASK, TASK_TYPES, Mode
from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Conflict, NotFound
from assistant.tasks.cancel import cancel
from assistant.tasks.read import get_task
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority, Task
from assistant.tasks.types import prepare

NO_SUCH_SESSION = "There is no such chat session, or it is not yours."
TITLE = 80  # characters of the first question
SHOWN = 200  # exchanges of a session, the last ones


@dataclass(frozen=True, slots=True)
class ChatSession:
    session_id: str
    user_id: str
    title: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way to a worker."""

    session_id: str
    message_id: str
    task: Task
    typical_seconds: float | None


def ask(
    work: UnitOfWork, caller: Caller, question: str, mode: Mode, session_id: str | None, idempotency_key: str | None
) -> Asked:
    """Store a question and the task that answers it, held before anything is asked of a model.

    Raises NotFound for somebody else's session, Conflict while an earlier question of it is being answered, and
    BudgetExceeded. The same idempotency key with the same question is answered once.
    """
    if idempotency_key and (before := _asked_before(work, caller, idempotency_key, question, mode, session_id)):
        return before
    if session_id is None:
        session_id = str(uuid.uuid4())
        is_new = True
    else:
        _require_idle(work, caller, session_id)
        is_new = False
    message_id = str(uuid.uuid4())
    args = {"message_id": message_id, "question": question, "mode": mode}
    prepared = prepare(work, TASK_TYPES, TASK, args, caller.organization_id)

    def store_question(task: Task) -> None:
        if is_new:
            _open(work, caller, session_id, question)
        messages.add(work, task, session_id, message_id, mode, question)

    task = submit(
        work,
        caller,
        TASK,
        prepared.args,
        Priority.urgent,
        prepared.worst_case,
        idempotency_key,
        store_with=store_question,
    )
    return Asked(session_id, message_id, task, prepared.typical_seconds)


def _open(work: UnitOfWork, caller: Caller, session_id: str, question: str) -> None:
    title = " ".join(question.split())
    work.run(
        """INSERT INTO chat_sessions (session_id, organization_id, user_id, title)
           VALUES (CAST(:session AS uuid), CAST(:organization AS uuid), CAST(:user AS uuid), :title)""",
        session=session_id,
        organization=caller.organization_id,
        user=caller.user_id,
        title=title if len(title) <= TITLE else title[:TITLE].rsplit(" ", 1)[0] + " …",
    )


def _require_idle(work: UnitOfWork, caller: Caller, session_id: str) -> None:
    """Lock the session. One question at a time: the next one may lean on the answer to this one."""
    row = work.one(
        """UPDATE chat_sessions SET updated_at = now()
           WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)
             AND user_id = CAST(:user AS uuid)
           RETURNING session_id""",
        organization=caller.organization_id,
        session=session_id,
        user=caller.user_id,
    )
    if row is None:
        raise NotFound(NO_SUCH_SESSION)
    last = messages.exchanges(work, caller.organization_id, session_id, 1)
    if last and last[0].is_running:
        raise Conflict(
            "The question before is still being answered. Wait for it, or cancel its task.",
            task_id=last[0].task_id,
            message_id=last[0].message_id,
        )


def _asked_before(
    work: UnitOfWork, caller: Caller, key: str, question: str, mode: Mode, session_id: str | None
) -> Asked | None:
    row = work.one(
        """SELECT m.message_id, m.session_id, m.question, m.mode, t.task_id
           FROM tasks t JOIN chat_messages m ON m.task_id = t.task_id
            AND m.organization_id = CAST(:organization AS uuid)
           WHERE t.organization_id = CAST(:organization AS uuid) AND t.user_id = CAST(:user AS uuid)
             AND t.idempotency_key = :key""",
        organization=caller.organization_id,
        user=caller.user_id,
        key=key,
    )
    if row is None:
        return None
    known: dict[str, Any] = {"question": row["question"], "mode": row["mode"]}
    same_session = session_id is None or session_id == str(row["session_id"])
    if known != {"question": question, "mode": mode} or not same_session:
        raise Conflict("This Idempotency-Key was used for another question. Use a new key for a new one.")
    task = get_task(work, caller, str(row["task_id"]))
    return Asked(str(row["session_id"]), str(row["message_id"]), task, None)


def list_sessions(work: UnitOfWork, caller: Caller, limit: int, offset: int) -> list[ChatSession]:
    """The caller's own sessions, the last used first."""
    rows = work.run(
        """SELECT session_id, user_id, title, created_at, updated_at FROM chat_sessions
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
           ORDER BY updated_at DESC, session_id LIMIT :limit OFFSET :offset""",
        organization=caller.organization_id,
        user=caller.user_id,
        limit=limit,
        offset=offset,
    )
    return [ChatSession(**{**row, "session_id": str(row["session_id"]), "user_id": str(row["user_id"])})
            for row in rows]  # fmt: skip


def read_session(work: UnitOfWork, caller: Caller, session_id: str) -> tuple[ChatSession, list[Exchange]]:
    """A session and its history, oldest first; what belongs to somebody else is NotFound."""
    row = work.one(
        """SELECT session_id, user_id, title, created_at, updated_at FROM chat_sessions
           WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)
             AND (user_id = CAST(:user AS uuid) OR :admin)""",
        organization=caller.organization_id,
        session=session_id,
        user=caller.user_id,
        admin=caller.is_admin,
    )
    if row is None:
        raise NotFound(NO_SUCH_SESSION)
    session = ChatSession(**{**row, "session_id": str(row["session_id"]), "user_id": str(row["user_id"])})
    return session, messages.exchanges(work, caller.organization_id, session_id, SHOWN)


def delete_session(work: UnitOfWork, caller: Caller, session_id: str) -> None:
    """Delete a session with its history; a question that is being answered is cancelled, and only its use charged."""
    _, history = read_session(work, caller, session_id)
    running = [one.task_id for one in history if one.is_running and one.task_id]
    # The task first, as its worker does: it is locked before the message that it will write.
    tasks = [get_task(work, caller, task_id, lock=True) for task_id in running]
    work.run(
        """DELETE FROM chat_sessions
           WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)""",
        organization=caller.organization_id,
        session=session_id,
    )
    for task in tasks:
        if not task.is_final:
            cancel(work, caller, task.task_id)  # last: it settles and commits

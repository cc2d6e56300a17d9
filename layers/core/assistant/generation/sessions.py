"""A session of the dialogue: opened with a request, answered until it is ready, then written by a task.

The session's row is locked while it changes. Locks go session before task; who ends a task never locks its session.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from assistant.generation import documents
from assistant.generation.answers import Given, checked
from assistant.generation.interview import Interview
from assistant.generation.questions import Found, Question, TaskKind, language_of, missing, questions
from assistant.identity.caller import Caller
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import Conflict, NotFound
from assistant.search.search import Passage
from assistant.tasks.cancel import cancel
from assistant.tasks.task import FINAL

NO_SUCH_SESSION = "There is no such session, or it is not yours."
COLUMNS = """s.session_id, s.user_id, s.task_type, s.initial_request, s.context, s.search_sources, s.found, s.worded,
    s.answers, s.additional_requirements, s.cost, s.task_id, s.cancelled_at, s.created_at, s.updated_at"""


Status = Literal["asking", "ready", "generating", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Session:
    """`status`: asking, ready, generating, completed, failed (finalize again) or cancelled. `cost` in micro-dollars."""

    session_id: str
    user_id: str
    task_type: TaskKind
    initial_request: str
    context: str
    search_sources: list[str]
    found: list[Found]
    worded: list[str]
    answers: dict[str, dict[str, Any]]
    additional_requirements: str
    cost: int
    task_id: str | None
    task_status: str | None
    rfc_id: str | None
    cancelled_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def asked(self) -> list[Question]:
        values = {question_id: one["answer"] for question_id, one in self.answers.items()}
        return questions(self.task_type, language_of(self.initial_request), self.found, self.worded, values)

    @property
    def is_ready(self) -> bool:
        return not missing(self.asked, self.answers)

    @property
    def status(self) -> Status:
        if self.cancelled_at is not None:
            return "cancelled"
        if self.rfc_id is not None:
            return "completed"
        if self.task_id is None:
            return "ready" if self.is_ready else "asking"
        return "generating" if self.task_status in ("queued", "running") else "failed"


def open_session(
    work: UnitOfWork,
    caller: Caller,
    task_type: TaskKind,
    initial_request: str,
    context: str,
    search_sources: Sequence[str],
    found: Sequence[Found],
    interview: Interview,
) -> Session:
    """Store a new session."""
    [row] = work.run(
        """INSERT INTO rfc_sessions (organization_id, user_id, task_type, initial_request, context, search_sources,
                                     found, worded, cost)
           VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), :task_type, :request, :context,
                   CAST(:sources AS jsonb), CAST(:found AS jsonb), CAST(:worded AS jsonb), :cost)
           RETURNING session_id""",
        organization=caller.organization_id,
        user=caller.user_id,
        task_type=task_type,
        request=initial_request,
        context=context,
        sources=json.dumps(list(search_sources), ensure_ascii=False),
        found=json.dumps([asdict(one) for one in found], ensure_ascii=False),
        worded=json.dumps(interview.questions, ensure_ascii=False),
        cost=interview.cost,
    )
    return find_session(work, caller, str(row["session_id"]))


def find_session(work: UnitOfWork, caller: Caller, session_id: str, *, lock: bool = False) -> Session:
    """The session with the state of its task and document; what is somebody else's is NotFound."""
    row = work.one(
        f"""SELECT {COLUMNS} FROM rfc_sessions s
            WHERE s.organization_id = CAST(:organization AS uuid) AND s.session_id = CAST(:session AS uuid)
              AND (s.user_id = CAST(:user AS uuid) OR :admin) {"FOR NO KEY UPDATE" if lock else ""}""",  # noqa: S608
        organization=caller.organization_id,
        session=session_id,
        user=caller.user_id,
        admin=caller.is_admin,
    )
    if row is None:
        raise NotFound(NO_SUCH_SESSION)
    task_status = None
    if row["task_id"]:
        task = work.one(
            "SELECT status FROM tasks WHERE organization_id = CAST(:organization AS uuid) AND task_id = :task",
            organization=caller.organization_id,
            task=row["task_id"],
        )
        task_status = task["status"] if task else None
    # After the task's status: whoever completes a task stores its document in the same commit.
    rfc = documents.find_of_session(work, caller, session_id) if row["task_id"] else None
    return _from_row(row, task_status, rfc.rfc_id if rfc else None)


def answer(work: UnitOfWork, caller: Caller, session_id: str, given: Sequence[Given]) -> Session:
    """Check and store answers; those of follow-ups that no longer come up are dropped. All of them or none."""
    session = find_session(work, caller, session_id, lock=True)
    require_open(session)
    answers = {**session.answers, **checked(given, session.asked)}
    language = language_of(session.initial_request)
    while True:
        values = {question_id: one["answer"] for question_id, one in answers.items()}
        asked = {
            question.question_id
            for question in questions(session.task_type, language, session.found, session.worded, values)
        }
        if answers.keys() <= asked:
            break
        answers = {question_id: one for question_id, one in answers.items() if question_id in asked}
    work.run(
        """UPDATE rfc_sessions SET answers = CAST(:answers AS jsonb), updated_at = now()
           WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)""",
        answers=json.dumps(answers, ensure_ascii=False),
        organization=caller.organization_id,
        session=session_id,
    )
    return find_session(work, caller, session_id)


def require_open(session: Session) -> None:
    """Raises Conflict for a session that takes no more answers."""
    words = {
        "generating": "The document is being written; cancel the session or wait.",
        "completed": "The document is written: edit it, or begin a new session.",
        "cancelled": "The session was cancelled. Begin a new one.",
    }
    if detail := words.get(session.status):
        raise Conflict(detail, status_of_session=session.status)


def end_session(work: UnitOfWork, caller: Caller, session_id: str) -> Session:
    """Cancel a session, and its task when one is on its way. Raises Conflict when it is finished."""
    session = find_session(work, caller, session_id, lock=True)
    if session.status in ("completed", "cancelled"):
        raise Conflict(f"The session is already {session.status}.", status_of_session=session.status)
    work.run(
        """UPDATE rfc_sessions SET cancelled_at = now(), updated_at = now()
           WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)""",
        organization=caller.organization_id,
        session=session_id,
    )
    ended = find_session(work, caller, session_id)
    if session.task_id is not None and session.task_status is not None and session.task_status not in FINAL:
        cancel(work, caller, session.task_id)  # last: it settles and commits
    return ended


def found_in(passages: Sequence[Passage]) -> list[Found]:
    """The documents of the passages, each once, the best first."""
    return [Found(*pair) for pair in dict.fromkeys((passage.document_id, passage.title) for passage in passages)]


def _from_row(row: Row, task_status: str | None, rfc_id: str | None) -> Session:
    values = {
        **row,
        "session_id": str(row["session_id"]),
        "user_id": str(row["user_id"]),
        "task_id": str(row["task_id"]) if row["task_id"] else None,
        "found": [Found(**one) for one in row["found"]],
    }
    return Session(**values, task_status=task_status, rfc_id=rfc_id)

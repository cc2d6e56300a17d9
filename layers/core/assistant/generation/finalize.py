"""From a session that is ready to the task that writes its document."""

from typing import Any

from assistant.generation import documents
from assistant.generation.documents import Rfc
from assistant.generation.questions import in_words, language_of, missing
from assistant.generation.request import MOST_STATEMENTS
from assistant.generation.sessions import Session, find_session
from assistant.generation.task_types import TASK_TYPES
from assistant.generation.template import TITLES
from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Conflict
from assistant.tasks.read import get_task
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority, Task
from assistant.tasks.types import Prepared, prepare

TYPE = "llm_generate_rfc"
TOPIC, SHORTEST_TOPIC = 200, 3  # characters of the request that become the title
LENGTH = 1200  # words, unless told
SAID = {
    "en": {"request": "The request", "context": "Context", "further": "Additional requirements"},
    "ru": {"request": "Задача", "context": "Контекст", "further": "Дополнительные требования"},
}


def task_arguments(session: Session, target_length: int | None = None) -> dict[str, Any]:
    """The arguments of the task that writes the session's document, with every answer."""
    language = language_of(session.initial_request)
    words = SAID[language]
    said = [(words["request"], session.initial_request)]
    said += [(words["context"], session.context)] if session.context else []
    said += [
        (question.question, in_words(question, session.answers[question.question_id]["answer"], language))
        for question in session.asked
        if question.question_id in session.answers
    ]
    said += [(words["further"], session.additional_requirements)] if session.additional_requirements else []
    return {
        "topic": topic_of(session.initial_request),
        "task_type": session.task_type,
        "sections": TITLES[session.task_type],
        "target_length": target_length or LENGTH,
        "sources": _chosen(session),
        "statements": [{"question": question, "answer": text} for question, text in said if text][:MOST_STATEMENTS],
    }


def topic_of(request: str) -> str:
    """The first sentence of the request, at most TOPIC characters of it."""
    line = " ".join(request.split())
    for end in (". ", "? ", "! "):
        first = line.split(end)[0]
        if 10 <= len(first) < len(line):
            line = first
    short = line.rstrip(".!")
    line = short if len(short) >= SHORTEST_TOPIC else line  # "Why not!!!!!" has a title, too
    return line if len(line) <= TOPIC else line[:TOPIC].rsplit(" ", 1)[0] + " …"


def _chosen(session: Session) -> list[str]:
    """Documents to draw on: those that the author chose, else what was found in the sources that were named."""
    known = [one.document_id for one in session.found]
    chosen = session.answers.get("sources", {}).get("answer") or []
    subject = session.answers.get("subject", {}).get("answer")
    if chosen and subject in known and subject not in chosen:
        chosen = [subject, *chosen]
    return chosen or (known if session.search_sources else [])


def priced(work: UnitOfWork, caller: Caller, session: Session, target_length: int | None = None) -> Prepared:
    """What writing the document can cost at most with the answers so far; nothing is held."""
    return prepare(work, TASK_TYPES, TYPE, task_arguments(session, target_length), caller.organization_id)


def finalize(
    work: UnitOfWork, caller: Caller, session_id: str, additional_requirements: str, target_length: int | None
) -> tuple[Rfc | None, Task | None, float | None]:
    """(the RFC, if it is written; else the task that writes it; its typical seconds). Asking again changes nothing.

    Raises Conflict when questions are open or the session was cancelled, and BudgetExceeded.
    """
    session = find_session(work, caller, session_id, lock=True)
    if session.status == "cancelled":
        raise Conflict("The session was cancelled. Begin a new one.", status_of_session="cancelled")
    if session.rfc_id is not None:
        return documents.find_rfc(work, caller, session.rfc_id), None, None
    if session.task_id is not None and session.status == "generating":
        return None, get_task(work, caller, session.task_id), None
    if unanswered := missing(session.asked, session.answers):
        raise Conflict(
            f"{len(unanswered)} required questions are not answered yet.",
            status_of_session=session.status,
            unanswered=[question.question_id for question in unanswered],
        )
    if additional_requirements:
        work.run(
            """UPDATE rfc_sessions SET additional_requirements = :text
               WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)""",
            text=additional_requirements,
            organization=caller.organization_id,
            session=session_id,
        )
        session = find_session(work, caller, session_id)
    prepared = priced(work, caller, session, target_length)

    def remember(task: Task) -> None:
        work.run(
            """UPDATE rfc_sessions SET task_id = CAST(:task AS uuid), updated_at = now()
               WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)""",
            task=task.task_id,
            organization=caller.organization_id,
            session=session_id,
        )

    task = submit(work, caller, TYPE, prepared.args, Priority.high, prepared.worst_case, None, store_with=remember)
    return None, task, prepared.typical_seconds

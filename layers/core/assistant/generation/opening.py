"""Opens a session of the dialogue: search first, since the questions depend on what there is."""

from collections.abc import Sequence

from assistant.generation.interview import Trouble, interview
from assistant.generation.questions import TaskKind, language_of, questions
from assistant.generation.sessions import Session, found_in, open_session
from assistant.identity.caller import Caller
from assistant.llm.fleet import Fleet
from assistant.platform.db import UnitOfWork
from assistant.search.embeddings.queries import query_vector
from assistant.search.search import passages

PASSAGES = 8
READ_BY_THE_MODEL = 4


def begin(
    work: UnitOfWork,
    caller: Caller,
    fleet: Fleet,
    task_type: TaskKind,
    initial_request: str,
    context: str,
    search_sources: Sequence[str],
) -> tuple[Session, Trouble | None]:
    """Search, let the model read what was found, store the session. Raises BudgetExceeded.

    Call it before anything else in the transaction: what is asked of a model is paid for in transactions of its own.
    """
    database, organization_id, user_id = work.database, caller.organization_id, caller.user_id
    vector, _ = query_vector(database, organization_id, user_id, initial_request)
    with database.reading() as reading:
        passages_found = passages(
            reading, organization_id, user_id, initial_request, PASSAGES, None, vector, list(search_sources)
        )
    found = found_in(passages_found)
    asked = questions(task_type, language_of(initial_request), found, [], {})
    read = interview(
        database, organization_id, user_id, fleet, initial_request, passages_found[:READ_BY_THE_MODEL],
        [question.question for question in asked],
    )  # fmt: skip
    return open_session(work, caller, task_type, initial_request, context, search_sources, found, read), read.trouble

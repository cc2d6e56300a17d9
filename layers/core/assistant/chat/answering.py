"""The task `answer_question`: search, ask the model when something was found, check its citations, keep the answer."""

from dataclasses import asdict
from typing import Any

from assistant.budget.money import dollars
from assistant.chat import messages
from assistant.chat.messages import Answer, Exchange
from assistant.chat.modes import MANNERS, AnswerRequest
from assistant.chat.prompt import NOT_THERE, answer_prompt
from assistant.chat.relevance import NOT_BACKED, NOTHING_FOUND, in_language, relevant, search_text
from assistant.chat.stream import Deltas
from assistant.generation import compose
from assistant.generation.citations import check
from assistant.generation.fence import unfenced
from assistant.llm.fleet import Fleet
from assistant.llm.gateway import Completion
from assistant.llm.metered import Payer, metered
from assistant.notifications.log import notify
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import NotFound
from assistant.search.embeddings.queries import query_vector
from assistant.search.search import Passage, passages
from assistant.tasks.bill import due
from assistant.tasks.claim import CancelRequested, Claim
from assistant.tasks.run import Store

REMEMBERED = 4  # exchanges of the session that may be quoted
FETCHED, FIRST_TEXT, LAST_TEXT = 30, 30, 90


def answer_question(database: Database, claim: Claim, fleet: Fleet) -> Store:
    """Do the task; a model's answer that an earlier attempt paid for is not asked for again."""
    request = AnswerRequest.model_validate(claim.task.args)
    with database.reading() as work:
        exchange = messages.of_task(work, claim.task)
        if exchange is None:
            raise NotFound("The session of this question was deleted.")
        earlier = messages.exchanges(work, claim.task.organization_id, exchange.session_id, REMEMBERED)
    history = [(one.question, one.answer) for one in earlier if one.status == "completed" and one.grounded]
    state = claim.task.checkpoint or _fetch(database, claim, request, history)
    found = [Passage(**passage) for passage in state["passages"]]
    claim.reach("context_fetched", FETCHED, passages=len(found), message_id=exchange.message_id)
    if not found:
        answer = Answer(in_language(NOTHING_FOUND, request.question), grounded=False, citations=[], checked={})
    elif not MANNERS[request.mode].max_tokens:
        answer = _quoted(found)
    else:
        if "text" not in state:
            _ask(database, claim, fleet, request, exchange, history, found, state)
        answer = _checked(request.question, state["text"], found, state["model"])

    def store(work: UnitOfWork) -> dict[str, Any]:
        cost = due(work, claim.task).cost
        messages.finish(work, claim.task, "completed", answer, cost)
        told = {"session_id": exchange.session_id, "message_id": exchange.message_id, "answer": answer.text,
                "grounded": answer.grounded, "citations": answer.citations, "checked": answer.checked}  # fmt: skip
        notify(
            work, claim.task.organization_id, claim.task.user_id, "chat_completed",
            {**told, "task_id": claim.task.task_id, "cost": dollars(cost)}, "high",
        )  # fmt: skip
        return told

    return store


def _fetch(database: Database, claim: Claim, request: AnswerRequest, history: list[tuple[str, str]]) -> dict[str, Any]:
    """Search once: a later attempt cites the same passages."""
    task = claim.task
    text = search_text(request.question, history)
    vector, _ = query_vector(database, task.organization_id, task.user_id, text, task_id=task.task_id)
    with database.transaction() as work:
        limit = MANNERS[request.mode].passages
        found = relevant(text, passages(work, task.organization_id, task.user_id, text, limit, None, vector))
        state = {"passages": [asdict(passage) for passage in found]}
        claim.save(work, state)
    return state


def _ask(
    database: Database,
    claim: Claim,
    fleet: Fleet,
    request: AnswerRequest,
    exchange: Exchange,
    history: list[tuple[str, str]],
    found: list[Passage],
    state: dict[str, Any],
) -> None:
    task = claim.task
    manner = MANNERS[request.mode]
    prompt = answer_prompt(request.question, manner, list(enumerate(found, 1)), history, fleet.context_tokens)
    about = {"session_id": exchange.session_id, "message_id": exchange.message_id, "task_id": task.task_id,
             "attempt": task.attempts}  # fmt: skip
    deltas = Deltas(database, task.organization_id, task.user_id, about)

    def on_text(piece: str, tokens: int) -> None:
        deltas.add(piece)
        claim.beat(round(FIRST_TEXT + (LAST_TEXT - FIRST_TEXT) * min(tokens / prompt.max_tokens, 1)))

    def keep(work: UnitOfWork, completion: Completion) -> None:
        cut_off = completion.stop_reason in ("length", "time")
        state["text"] = compose.whole_sentences(completion.text) if cut_off else completion.text
        state["model"] = completion.model
        claim.save(work, state)

    payer = Payer(task.organization_id, task.user_id, task.task_id, task.task_type)
    claim.reach("generating", FIRST_TEXT, message_id=exchange.message_id)
    try:
        metered(database, fleet, prompt, payer, on_text=on_text, keep=keep)
    except CancelRequested:
        with database.transaction() as work:
            claim.save(work, state)  # refuses when the task has another worker by now
            cost = due(work, task).cost
            messages.finish(
                work, task, "cancelled", Answer(deltas.text, grounded=False, citations=[], checked={}), cost
            )
        raise
    deltas.flush()


def _quoted(found: list[Passage]) -> Answer:
    """What was found, word for word, without a model."""
    numbered = list(enumerate(found, 1))
    text = "\n\n".join(compose.evidence_line(compose.excerpt(passage), number) for number, passage in numbered)
    return Answer(text, grounded=True, citations=_citations(set(range(1, len(found) + 1)), found), checked={})


def _checked(question: str, text: str, found: list[Passage], model: str) -> Answer:
    """The model's answer with the citations that hold; what nothing backs is said not to be in the sources."""
    text = unfenced(text)
    if not text or NOT_THERE in text.upper():
        return Answer(in_language(NOTHING_FOUND, question), grounded=False, citations=[], checked={}, model=model)
    checked = check(text, {number: f"{passage.title} {passage.content}" for number, passage in enumerate(found, 1)})
    grounded = bool(checked.numbers)
    result = {"kept": checked.kept, "added": checked.added, "uncited_sentences": checked.uncited,
              "removed": [asdict(one) for one in checked.removed]}  # fmt: skip
    said = checked.text.strip() if grounded else f"{in_language(NOT_BACKED, question)}\n\n{checked.text.strip()}"
    return Answer(said, grounded, _citations(checked.numbers, found), result, model)


def _citations(numbers: set[int], found: list[Passage]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "document_id": found[number - 1].document_id,
            "title": found[number - 1].title,
            "filename": found[number - 1].filename,
            "chunk_index": found[number - 1].chunk_index,
            "heading": found[number - 1].heading,
            "excerpt": compose.excerpt(found[number - 1]),
        }
        for number in sorted(numbers)
    ]

"""Writes an RFC as a task: fetch passages, write section by section with a checkpoint each, check, store."""

from dataclasses import asdict
from typing import Any

from assistant.generation import compose, documents
from assistant.generation.citations import check
from assistant.generation.prompt import section_prompt
from assistant.generation.quality import assess
from assistant.generation.request import RfcRequest
from assistant.generation.template import Section, sections
from assistant.learning.examples import shown_examples
from assistant.llm.bill import itemized
from assistant.llm.gateway import Completion, Fleet
from assistant.llm.metered import Payer, metered
from assistant.platform.db import Database, UnitOfWork
from assistant.search.embeddings.queries import query_vector
from assistant.search.search import Passage, passages
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store

PASSAGES = 8  # of the whole document
PASSAGES_PER_SECTION = 2
FETCHED, FIRST_TEXT, LAST_TEXT, CHECKED = 25, 30, 85, 90  # progress at each stage


def write_rfc(database: Database, claim: Claim, fleet: Fleet) -> Store:
    """Do the task `llm_generate_rfc`; what an earlier attempt finished is not written again."""
    request = RfcRequest.model_validate(claim.task.args)
    plan = sections(tuple(request.sections))
    claim.reach("budget_held", 10, held_microdollars=claim.task.held)
    state = claim.task.checkpoint or _fetch(database, claim, request, plan)
    found = [Passage(**passage) for passage in state["passages"]]
    claim.reach("context_fetched", FETCHED, passages=len(found))
    for name in ("checks", "examples"):
        state.setdefault(name, [])  # an attempt of an older version kept none
    for index in range(len(state["texts"]), len(plan)):
        _write_section(database, claim, fleet, request, plan, index, state, found)
    quality = assess([(section.title, text) for section, text in zip(plan, state["texts"], strict=True)], request.topic)
    claim.reach("quality_checked", CHECKED, quality=quality.overall)
    groups = [passages_of(index, found) for index in range(len(plan))]
    used = sorted({number for group in groups for number, _ in group})
    sources = [{"number": number, **_source(found[number - 1])} for number in used]
    written = [
        compose.render_section(section, text, group)
        for section, text, group in zip(plan, state["texts"], groups, strict=True)
    ]
    checks = summary(state["checks"])
    content = compose.render(request, written, sources, state["model"], state["provider"], checks["removed"])

    def store(work: UnitOfWork) -> dict[str, Any]:
        result = {
            "title": f"RFC: {request.topic}",
            "rfc_content": content,
            "word_count": len(content.split()),
            "quality": asdict(quality),
            "sources_used": sources,
            "citations": checks,
            "model": state["model"],
            "provider": state["provider"],
            "usage": itemized(work, claim.task.organization_id, claim.task.task_id),
        }
        parts = [{"title": section.title, "text": text} for section, text in zip(plan, state["texts"], strict=True)]
        rfc_id = documents.store_written(
            work, claim.task, result["title"], content, parts, sources, result["quality"], checks, state["model"]
        )
        return {"rfc_id": rfc_id, **result}

    return store


def summary(checks: list[dict[str, Any]]) -> dict[str, Any]:
    """What the checks of the sections' citations came to, together."""
    return {
        "checked": sum(check["kept"] + len(check["removed"]) for check in checks),
        "kept": sum(check["kept"] for check in checks),
        "added": sum(check["added"] for check in checks),
        "removed": [{"section": check["section"], **one} for check in checks for one in check["removed"]],
    }


def _fetch(database: Database, claim: Claim, request: RfcRequest, plan: tuple[Section, ...]) -> dict[str, Any]:
    """Search once, and keep what was found and the examples: every section and later attempt has the same."""
    task = claim.task
    vector, _ = query_vector(database, task.organization_id, task.user_id, request.topic, task_id=task.task_id)
    with database.transaction() as work:
        found = passages(
            work, task.organization_id, task.user_id, request.topic, PASSAGES, request.sources or None, vector
        )
        state = {
            "passages": [asdict(passage) for passage in found],
            "texts": [],
            "checks": [],
            "model": "",
            "provider": "",
            "examples": [example.sections for example in shown_examples(work, task.organization_id)],
        }
        claim.save(work, state)
    return state


def _write_section(
    database: Database,
    claim: Claim,
    fleet: Fleet,
    request: RfcRequest,
    plan: tuple[Section, ...],
    index: int,
    state: dict[str, Any],
    found: list[Passage],
) -> None:
    section = plan[index]
    share = (LAST_TEXT - FIRST_TEXT) / len(plan)
    start = FIRST_TEXT + share * index
    written = {"written": state["texts"][-1]} if state["texts"] else {}  # a reader follows the document as it grows
    claim.reach(
        "generating", round(start), section=section.title, section_number=index + 1, sections=len(plan), **written
    )
    group = passages_of(index, found)
    example = example_for(section.title, index, state["examples"])
    prompt = section_prompt(request, section, group, fleet.context_tokens, example)

    def on_text(_: str, tokens: int) -> None:
        claim.beat(round(start + share * min(tokens / prompt.max_tokens, 1)))

    def keep(work: UnitOfWork, completion: Completion) -> None:
        cut_off = completion.stop_reason in ("length", "time")
        text = compose.clean(completion.text, section, compose.cited(completion.text), cut_off=cut_off)
        checked = check(text, {number: f"{passage.title} {passage.content}" for number, passage in group})
        state["texts"].append(checked.text)
        state["checks"].append({"section": section.title, "kept": checked.kept, "added": checked.added,
                                "removed": [asdict(one) for one in checked.removed]})  # fmt: skip
        state["model"], state["provider"] = completion.model, completion.provider
        claim.save(work, state)

    task = claim.task
    payer = Payer(task.organization_id, task.user_id, task.task_id, task.task_type)
    metered(database, fleet, prompt, payer, on_text=on_text, keep=keep)


def passages_of(section: int, found: list[Passage]) -> list[tuple[int, Passage]]:
    """The passages of a section, numbered from 1 over the whole document: the best one, and another one in turn."""
    if len(found) < PASSAGES_PER_SECTION:
        return list(enumerate(found, 1))
    other = 1 + section % (len(found) - 1)
    return [(1, found[0]), (other + 1, found[other])]


def example_for(title: str, index: int, examples: list[dict[str, str]]) -> str:
    """The section of this title in one of the examples, each in its turn; "" where none has it."""
    having = [example[title] for example in examples if example.get(title)]
    return having[index % len(having)] if having else ""


def _source(passage: Passage) -> dict[str, Any]:
    return {
        "document_id": passage.document_id,
        "title": passage.title,
        "filename": passage.filename,
        "chunk_index": passage.chunk_index,
        "heading": passage.heading,
        "excerpt": compose.excerpt(passage),
    }

"""Writes an RFC as a task: fetch passages, write section by section with a checkpoint each, check, store."""

import json
from dataclasses import asdict
from typing import Any

from assistant.generation import compose
from assistant.generation.prompt import section_prompt
from assistant.generation.quality import assess
from assistant.generation.request import RfcRequest
from assistant.generation.template import Section, sections
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
    content = compose.render(request, written, sources, state["model"], state["provider"])

    def store(work: UnitOfWork) -> dict[str, Any]:
        result = {
            "title": f"RFC: {request.topic}",
            "rfc_content": content,
            "word_count": len(content.split()),
            "quality": asdict(quality),
            "sources_used": sources,
            "model": state["model"],
            "provider": state["provider"],
            "usage": itemized(work, claim.task.organization_id, claim.task.task_id),
        }
        task = claim.task
        [row] = work.run(
            """INSERT INTO rfcs (organization_id, user_id, task_id, title, content, sections, sources_used, quality,
                                 model)
               VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), CAST(:task AS uuid), :title, :content,
                       CAST(:sections AS jsonb), CAST(:sources AS jsonb), CAST(:quality AS jsonb), :model)
               RETURNING rfc_id""",
            organization=task.organization_id,
            user=task.user_id,
            task=task.task_id,
            title=result["title"],
            content=content,
            sections=json.dumps(
                [{"title": section.title, "text": text} for section, text in zip(plan, state["texts"], strict=True)]
            ),
            sources=json.dumps(sources),
            quality=json.dumps(result["quality"]),
            model=state["model"],
        )
        return {"rfc_id": str(row["rfc_id"]), **result}

    return store


def _fetch(database: Database, claim: Claim, request: RfcRequest, plan: tuple[Section, ...]) -> dict[str, Any]:
    """Search once, and keep what was found: every section and every later attempt cites the same passages."""
    task = claim.task
    vector, _ = query_vector(database, task.organization_id, task.user_id, request.topic, task_id=task.task_id)
    with database.transaction() as work:
        found = passages(
            work, task.organization_id, task.user_id, request.topic, PASSAGES, request.sources or None, vector
        )
        state = {"passages": [asdict(passage) for passage in found], "texts": [], "model": "", "provider": ""}
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
    claim.reach("generating", round(start), section=section.title, section_number=index + 1, sections=len(plan))
    group = passages_of(index, found)
    prompt = section_prompt(request, section, group, fleet.context_tokens)

    def on_text(_: str, tokens: int) -> None:
        claim.beat(round(start + share * min(tokens / prompt.max_tokens, 1)))

    def keep(work: UnitOfWork, completion: Completion) -> None:
        cut_off = completion.stop_reason in ("length", "time")
        state["texts"].append(compose.clean(completion.text, section, {number for number, _ in group}, cut_off=cut_off))
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


def _source(passage: Passage) -> dict[str, Any]:
    return {
        "document_id": passage.document_id,
        "title": passage.title,
        "filename": passage.filename,
        "chunk_index": passage.chunk_index,
        "heading": passage.heading,
        "excerpt": compose.excerpt(passage),
    }

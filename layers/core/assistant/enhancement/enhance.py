"""Enhances a document as a task: passage by passage, each one paid call and one checkpoint."""

from dataclasses import asdict
from typing import Any

from assistant.enhancement import store
from assistant.enhancement.blocks import Passage
from assistant.enhancement.hunks import compare
from assistant.enhancement.prompt import passages_of, prompt, read_answer
from assistant.enhancement.request import EnhancementRequest
from assistant.enhancement.source import text_of
from assistant.llm import calls
from assistant.llm.bill import itemized
from assistant.llm.gateway import Completion, Fleet
from assistant.llm.metered import Payer, metered
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import Invalid
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store

FETCHED, FIRST_TEXT, LAST_TEXT, CHECKED = 25, 30, 85, 90  # progress at each stage
NOTHING_TO_DO = "The document holds no passage that could be enhanced: code, tables and headings are left as they are."


def enhance_document(database: Database, claim: Claim, fleet: Fleet) -> Store:
    """Do the task `llm_enhance_document`; what an earlier attempt finished is not asked for again."""
    request = EnhancementRequest.model_validate(claim.task.args)
    claim.reach("budget_held", 10, held_microdollars=claim.task.held)
    state = claim.task.checkpoint or _begin(database, claim, request)
    task = claim.task
    if state["task_id"] != task.task_id:
        _go_on(database, claim, state)
    with database.reading() as work:
        text = store.find(work, task.organization_id, task.task_id).original
    plan = passages_of(request, text)
    if not plan:
        raise Invalid(NOTHING_TO_DO)
    claim.reach("context_fetched", FETCHED, passages=len(plan))
    for index in range(state["next"], len(plan)):
        _rewrite(database, claim, fleet, request, text, plan, index, state)
    with database.reading() as work:
        offered = store.find(work, task.organization_id, task.task_id)
    claim.reach(
        "quality_checked", CHECKED, hunks=len(offered.hunks), dropped=len(offered.dropped) + len(state["unusable"])
    )

    def finish(work: UnitOfWork) -> dict[str, Any]:
        store.finish(work, task.organization_id, task.task_id)
        enhanced = offered.improved
        return {
            "title": offered.title,
            "enhancement_type": request.enhancement_type,
            "enhanced_content": enhanced,
            "improvements": [improvement(kept) for kept in offered.hunks],
            "dropped": [
                {**improvement(kept), "why": kept.hunk.dropped} for kept in offered.dropped
            ] + state["unusable"],
            "passages": len(plan),
            "word_count": {"before": len(text.split()), "after": len(enhanced.split())},
            "model": state["model"],
            "provider": state["provider"],
            "usage": itemized(work, task.organization_id, task.task_id),
        }  # fmt: skip

    return finish


def improvement(kept: store.KeptHunk) -> dict[str, Any]:
    """A hunk as it is reported; `start` and `end` count characters of the original."""
    hunk = asdict(kept.hunk)
    del hunk["dropped"]
    return {"hunk_id": kept.hunk_id, **hunk, "reason": kept.reason, "cost_microdollars": kept.cost}


def _begin(database: Database, claim: Claim, request: EnhancementRequest) -> dict[str, Any]:
    task = claim.task
    state: dict[str, Any] = {"task_id": task.task_id, "next": 0, "cost": 0, "model": "", "provider": "", "unusable": []}
    with database.reading() as work:
        title, text = text_of(work, request, task.organization_id, task.user_id)
    with database.transaction() as work:
        store.begin(work, task, request, title, text)
        claim.save(work, state)
    return state


def _go_on(database: Database, claim: Claim, state: dict[str, Any]) -> None:
    """A task that repeats another one takes over what that was paid for; its own calls cost nothing yet."""
    task = claim.task
    with database.transaction() as work:
        store.take_over(work, task, state["task_id"])
        state.update(task_id=task.task_id, cost=0)
        claim.save(work, state)


def _rewrite(
    database: Database,
    claim: Claim,
    fleet: Fleet,
    request: EnhancementRequest,
    text: str,
    plan: list[Passage],
    index: int,
    state: dict[str, Any],
) -> None:
    passage, task = plan[index], claim.task
    share = (LAST_TEXT - FIRST_TEXT) / len(plan)
    start = FIRST_TEXT + share * index
    claim.reach("generating", round(start), passage=index + 1, passages=len(plan), section=passage.heading)
    asked = prompt(request, text, passage, fleet.context_tokens)

    def on_text(_: str, tokens: int) -> None:
        claim.beat(round(start + share * min(tokens / asked.max_tokens, 1)))

    def keep(work: UnitOfWork, completion: Completion) -> None:
        total = calls.totals(work, task.organization_id, task.task_id).cost
        cost, before = total - state["cost"], text[passage.start : passage.end]
        answer = read_answer(completion, before)
        hunks = [] if answer.unusable else compare(
            text, passage.start, passage.end, answer.text, preserve_structure=request.preserve_structure
        )  # fmt: skip
        if hunks:
            store.add(work, task, list(zip(hunks, _shares(cost, len(hunks)), strict=True)), answer.reason)
        if answer.unusable:
            unusable = {"start": passage.start, "end": passage.end, "why": answer.unusable, "cost_microdollars": cost}
            state["unusable"].append(unusable)
        state.update(next=index + 1, cost=total, model=completion.model, provider=completion.provider)
        claim.save(work, state)

    payer = Payer(task.organization_id, task.user_id, task.task_id, task.task_type)
    metered(database, fleet, asked, payer, on_text=on_text, keep=keep)


def _shares(cost: int, count: int) -> list[int]:
    """A cost in equal parts that come to all of it; the first ones pay what does not divide."""
    each, rest = divmod(cost, count)
    return [each + (n < rest) for n in range(count)]

"""Writes a document about code as a task: fetch, parse, let the model see the planned pieces, compose, store.

What an earlier attempt finished is not done again: the code is kept in the bucket, each text in the checkpoint.
"""

import json
from typing import Any

from assistant.documentation.analysis import Analysis, analyze
from assistant.documentation.compose import Written, clean, render
from assistant.documentation.export import html
from assistant.documentation.inputs import take
from assistant.documentation.kinds import KINDS
from assistant.documentation.plan import Plan, plan
from assistant.documentation.prompt import piece_prompt, whole_prompt
from assistant.documentation.repository import fetch
from assistant.documentation.request import DocumentationTask
from assistant.llm.gateway import Completion, Fleet
from assistant.llm.metered import Payer, metered
from assistant.llm.port import CompletionRequest
from assistant.platform import objects
from assistant.platform.db import Database, UnitOfWork
from assistant.search.filenames import in_key
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store

FETCHED, FIRST_TEXT, LAST_TEXT, CHECKED = 25, 30, 85, 90  # progress at each stage


def write_documentation(database: Database, claim: Claim, fleet: Fleet) -> Store:
    """Do the task `generate_documentation`."""
    request = DocumentationTask.model_validate(claim.task.args)
    claim.reach("budget_held", 10, held_microdollars=claim.task.held)
    state = dict(claim.task.checkpoint) or _kept(database, claim, request)
    taken = take(objects.get(state["object_key"]), state["filename"])
    analysis = analyze(taken.files, "deep", taken.skipped)
    shown = plan(analysis, request.detail_level)
    claim.reach("context_fetched", FETCHED, files=len(analysis.files), pieces=len(shown.pieces))
    prompts = [whole_prompt(request, analysis), *(piece_prompt(request, piece) for piece in shown.pieces)]
    for number in range(len(state["texts"]), len(prompts)):
        _write_piece(database, claim, fleet, prompts, number, state)
    written = Written(state["model"], state["provider"], state["texts"])
    content = render(request, analysis, shown, written)
    claim.reach("quality_checked", CHECKED, words=len(content.split()))
    return lambda work: _store(work, claim, request, analysis, shown, written, content)


def _kept(database: Database, claim: Claim, request: DocumentationTask) -> dict[str, Any]:
    """Where the code is; a repository is fetched once, so that every attempt documents the same commit."""
    key, filename = request.object_key, request.filename
    if request.repository_url:
        content, filename = fetch(request.repository_url, request.repository_reference)
        key = f"{claim.task.organization_id}/code/{claim.task.task_id}/{in_key(filename)}"
        objects.put(key, content, "application/gzip")
    state = {"object_key": key, "filename": filename, "texts": [], "model": "", "provider": ""}
    with database.transaction() as work:
        claim.save(work, state)
    return state


def _write_piece(
    database: Database, claim: Claim, fleet: Fleet, prompts: list[CompletionRequest], number: int, state: dict[str, Any]
) -> None:
    share = (LAST_TEXT - FIRST_TEXT) / len(prompts)
    start = FIRST_TEXT + share * number
    prompt = prompts[number]
    claim.reach("generating", round(start), section_number=number + 1, sections=len(prompts))

    def on_text(_: str, tokens: int) -> None:
        claim.beat(round(start + share * min(tokens / prompt.max_tokens, 1)))

    def keep(work: UnitOfWork, completion: Completion) -> None:
        cut_off = completion.stop_reason in ("length", "time")
        kept = {
            **state, "texts": [*state["texts"], clean(completion.text, cut_off=cut_off)], "model": completion.model,
            "provider": completion.provider,
        }  # fmt: skip
        claim.save(work, kept)
        state.update(kept)

    task = claim.task
    payer = Payer(task.organization_id, task.user_id, task.task_id, task.task_type)
    metered(database, fleet, prompt, payer, on_text=on_text, keep=keep)


def facts_of(analysis: Analysis, shown: Plan) -> dict[str, Any]:
    """What was counted, for the task's result."""
    return {
        "files": len(analysis.files),
        "lines": shown.lines,
        "lines_shown_to_the_model": shown.shown,
        "languages": analysis.languages,
        "functions": len(analysis.functions),
        "types": len(analysis.types),
        "average_complexity": analysis.average_complexity,
        "documented_share": analysis.documented_share,
        "security_remarks": len(analysis.security),
        "performance_remarks": len(analysis.performance),
        "syntax_errors": sum(file.syntax_errors for file in analysis.files),
        "skipped": len(analysis.skipped),
    }


def _store(
    work: UnitOfWork, claim: Claim, request: DocumentationTask, analysis: Analysis, shown: Plan, written: Written,
    content: str,
) -> dict[str, Any]:  # fmt: skip
    task, facts = claim.task, facts_of(analysis, shown)
    title = f"{KINDS[request.documentation_type].title}: {request.name}"
    [row] = work.run(
        """INSERT INTO code_documents (organization_id, user_id, task_id, title, documentation_type, output_format,
                                       content, facts, model)
           VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), CAST(:task AS uuid), :title, :kind, :format,
                   :content, CAST(:facts AS jsonb), :model)
           RETURNING document_id""",
        organization=task.organization_id,
        user=task.user_id,
        task=task.task_id,
        title=title,
        kind=request.documentation_type,
        format=request.output_format,
        content=content,
        facts=json.dumps(facts),
        model=written.model,
    )
    document_id = str(row["document_id"])
    return {
        "document_id": document_id,
        "title": title,
        "output_format": request.output_format,
        # Word is no text: it is made when it is fetched.
        "content": html(title, content) if request.output_format == "html" else content,
        "download": f"/api/v1/documentation/documents/{document_id}?format={request.output_format}",
        "word_count": len(content.split()),
        "facts": facts,
        "model": written.model,
        "provider": written.provider,
    }

"""Stored RFCs and their versions: written by a task, read, edited and compared by their owner."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assistant.generation.gone import there, without_gone
from assistant.generation.quality_report import analyze
from assistant.identity.caller import Caller
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import Conflict, NotFound
from assistant.tasks.task import Task

NO_SUCH_RFC = "There is no such RFC, or it is not yours."


@dataclass(frozen=True, slots=True)
class Rfc:
    """A version of a document. `sections` are the model's own texts, those of version 1. Of `sources_used`, those that
    were deleted are `gone`, and what was quoted of them is in no version."""

    rfc_id: str
    session_id: str | None
    task_id: str | None
    user_id: str
    title: str
    content: str
    version: int
    latest_version: int
    sections: list[dict[str, Any]]
    sources_used: list[dict[str, Any]]
    quality: dict[str, Any]
    citations: dict[str, Any]
    model: str
    created_at: datetime
    version_created_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A line of the history."""

    version: int
    title: str
    word_count: int
    overall: float
    note: str
    created_by: str
    created_at: datetime


def store_written(
    work: UnitOfWork,
    task: Task,
    title: str,
    content: str,
    sections: list[dict[str, Any]],
    sources: list[dict[str, Any]],
    quality: dict[str, Any],
    citations: dict[str, Any],
    model: str,
) -> str:
    """Store what a task wrote as version 1; its id. It belongs to the session that asked for it, and to its owner,
    also when an administrator had it written."""
    [row] = work.run(
        """INSERT INTO rfcs (organization_id, user_id, task_id, title, content, sections, sources_used, quality,
                             citations, model, session_id)
           SELECT CAST(:organization AS uuid), coalesce(asked.user_id, CAST(:user AS uuid)), CAST(:task AS uuid),
                  :title, :content, CAST(:sections AS jsonb), CAST(:sources AS jsonb), CAST(:quality AS jsonb),
                  CAST(:citations AS jsonb), :model, asked.session_id
           FROM (SELECT 1) AS one
           LEFT JOIN rfc_sessions asked
             ON asked.organization_id = CAST(:organization AS uuid) AND asked.task_id = CAST(:task AS uuid)
           RETURNING rfc_id""",
        organization=task.organization_id,
        user=task.user_id,
        task=task.task_id,
        title=title,
        content=content,
        sections=json.dumps(sections, ensure_ascii=False),
        sources=json.dumps(sources, ensure_ascii=False),
        quality=json.dumps(quality, ensure_ascii=False),
        citations=json.dumps(citations, ensure_ascii=False),
        model=model,
    )
    rfc_id = str(row["rfc_id"])
    _keep_version(work, task.organization_id, task.user_id, rfc_id, 1, title, content, quality, "As written")
    return rfc_id


def find_rfc(work: UnitOfWork, caller: Caller, rfc_id: str, version: int | None = None) -> Rfc:
    """A version of the RFC, the current one unless told; NotFound for what belongs to somebody else."""
    row = work.one(
        """SELECT r.rfc_id, r.session_id, r.task_id, r.user_id, v.title, v.content, v.version,
                  r.version AS latest_version, r.sections, r.sources_used, v.quality, r.citations, r.model,
                  r.created_at, v.created_at AS version_created_at
           FROM rfcs r
           JOIN rfc_versions v ON v.rfc_id = r.rfc_id AND v.version = coalesce(CAST(:version AS int), r.version)
           WHERE r.organization_id = CAST(:organization AS uuid) AND v.organization_id = CAST(:organization AS uuid)
             AND r.rfc_id = CAST(:rfc AS uuid) AND (r.user_id = CAST(:user AS uuid) OR :admin)""",
        version=version,
        organization=caller.organization_id,
        rfc=rfc_id,
        user=caller.user_id,
        admin=caller.is_admin,
    )
    if row is None:
        raise NotFound(NO_SUCH_RFC if version is None else f"{NO_SUCH_RFC[:-1]} or has no version {version}.")
    rfc = _from_row(row)
    existing = there(work, caller.organization_id, rfc.sources_used)
    content, sources = without_gone(rfc.content, rfc.sources_used, existing)
    return replace(rfc, content=content, sources_used=sources)


def find_of_session(work: UnitOfWork, caller: Caller, session_id: str) -> Rfc | None:
    """The last RFC that was written for a session of the dialogue, if there is one."""
    row = work.one(
        """SELECT rfc_id FROM rfcs
           WHERE organization_id = CAST(:organization AS uuid) AND session_id = CAST(:session AS uuid)
           ORDER BY created_at DESC LIMIT 1""",
        organization=caller.organization_id,
        session=session_id,
    )
    return find_rfc(work, caller, str(row["rfc_id"])) if row else None


def list_versions(work: UnitOfWork, caller: Caller, rfc_id: str) -> list[Version]:
    """All versions, the newest first."""
    find_rfc(work, caller, rfc_id)
    rows = work.run(
        """SELECT version, title, content, quality, note, created_by, created_at FROM rfc_versions
           WHERE organization_id = CAST(:organization AS uuid) AND rfc_id = CAST(:rfc AS uuid)
           ORDER BY version DESC""",
        organization=caller.organization_id,
        rfc=rfc_id,
    )
    return [
        Version(
            row["version"], row["title"], len(row["content"].split()), row["quality"]["overall"], row["note"],
            str(row["created_by"]), row["created_at"],
        )
        for row in rows
    ]  # fmt: skip


def edit_rfc(
    work: UnitOfWork, caller: Caller, rfc_id: str, based_on: int, title: str | None, content: str, note: str
) -> Rfc:
    """Store an edited text as the next version. Raises Conflict when somebody else was faster."""
    current = work.one(
        """SELECT version FROM rfcs
           WHERE organization_id = CAST(:organization AS uuid) AND rfc_id = CAST(:rfc AS uuid)
             AND (user_id = CAST(:user AS uuid) OR :admin) FOR UPDATE""",
        organization=caller.organization_id,
        rfc=rfc_id,
        user=caller.user_id,
        admin=caller.is_admin,
    )
    if current is None:
        raise NotFound(NO_SUCH_RFC)
    if current["version"] != based_on:
        raise Conflict(
            f"The RFC is at version {current['version']} by now, and your text is based on {based_on}. "
            "Read the current one, compare, and send your text again.",
            current_version=current["version"],
        )
    before = find_rfc(work, caller, rfc_id)
    title = title or before.title
    if (title, content) == (before.title, before.content):
        return before
    quality = analyze(content, title).quality
    version = based_on + 1
    work.run(
        """UPDATE rfcs SET version = :version, title = :title, content = :content, updated_at = now(),
               quality = CAST(:quality AS jsonb)
           WHERE organization_id = CAST(:organization AS uuid) AND rfc_id = CAST(:rfc AS uuid)""",
        version=version,
        title=title,
        content=content,
        quality=json.dumps(quality, ensure_ascii=False),
        organization=caller.organization_id,
        rfc=rfc_id,
    )
    _keep_version(work, caller.organization_id, caller.user_id, rfc_id, version, title, content, quality, note)
    return find_rfc(work, caller, rfc_id)


def _keep_version(
    work: UnitOfWork,
    organization_id: str,
    user_id: str,
    rfc_id: str,
    version: int,
    title: str,
    content: str,
    quality: dict[str, Any],
    note: str,
) -> None:
    work.run(
        """INSERT INTO rfc_versions (rfc_id, version, organization_id, title, content, quality, note, created_by)
           VALUES (CAST(:rfc AS uuid), :version, CAST(:organization AS uuid), :title, :content,
                   CAST(:quality AS jsonb), :note, CAST(:user AS uuid))""",
        rfc=rfc_id,
        version=version,
        organization=organization_id,
        title=title,
        content=content,
        quality=json.dumps(quality, ensure_ascii=False),
        note=note,
        user=user_id,
    )


def _from_row(row: Row) -> Rfc:
    optional = {name: str(row[name]) if row[name] else None for name in ("session_id", "task_id")}
    return Rfc(**{**row, **optional, "rfc_id": str(row["rfc_id"]), "user_id": str(row["user_id"])})

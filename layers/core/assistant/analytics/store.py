"""Reports as they are kept: rows in the database, files in the bucket."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.analytics.documents import File
from assistant.analytics.report import Report
from assistant.identity.caller import Caller
from assistant.identity.ownership import require_owner
from assistant.platform import objects
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import Invalid, NotFound
from assistant.tasks.task import Task

LINK_SECONDS = 300
NO_SUCH_REPORT = "There is no such report, or it is not yours."
COLUMNS = """report_id, user_id, report_type, format, starts_on, ends_on, whole_organization, title, files,
    created_at"""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report that was made. `files`: [{name, media_type, size_bytes, sha256, key}], the report itself first."""

    report_id: str
    user_id: str
    report_type: str
    format: str
    starts_on: date
    ends_on: date
    whole_organization: bool
    title: str
    files: list[dict[str, Any]]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    reports: list[StoredReport]
    next_cursor: str | None


def upload(task: Task, files: list[File]) -> list[dict[str, Any]]:
    """Put the files where the task's report has its place; put there again, they replace themselves."""
    stored = []
    for file in files:
        key = f"reports/{task.organization_id}/{task.task_id}/{file.name}"
        objects.put(key, file.content, file.media_type)
        digest = hashlib.sha256(file.content).hexdigest()
        stored.append({"name": file.name, "media_type": file.media_type, "size_bytes": len(file.content),
                       "sha256": digest, "key": key})  # fmt: skip
    return stored


def add(work: UnitOfWork, task: Task, report: Report, form: str, files: list[dict[str, Any]]) -> None:
    work.run(
        """INSERT INTO reports (report_id, organization_id, user_id, report_type, format, starts_on, ends_on,
                                whole_organization, title, files)
           VALUES (CAST(:task AS uuid), CAST(:organization AS uuid), CAST(:user AS uuid), :type, :format,
                   CAST(:start AS date), CAST(:end AS date), :whole, :title, CAST(:files AS jsonb))""",
        task=task.task_id,
        type=report.report_type,
        format=form,
        title=report.title,
        files=json.dumps(files),
        **report.scope.binds,
    )


def find(work: UnitOfWork, caller: Caller, report_id: str) -> StoredReport:
    """A report if it is the caller's, else NotFound."""
    row = work.one(
        f"""SELECT {COLUMNS} FROM reports
            WHERE organization_id = CAST(:organization AS uuid) AND report_id = CAST(:report AS uuid)""",  # noqa: S608
        organization=caller.organization_id,
        report=report_id,
    )
    if row is None:
        raise NotFound(NO_SUCH_REPORT)
    require_owner(caller, str(row["user_id"]), NO_SUCH_REPORT)
    return _stored(row)


def list_reports(work: UnitOfWork, caller: Caller, limit: int, cursor: str | None) -> Page:
    """The caller's own reports, newest first; `cursor` is the id of the last one seen."""
    try:
        last = str(uuid.UUID(cursor)) if cursor else None
    except ValueError as error:
        raise Invalid("cursor: pass the next_cursor of the previous page unchanged.") from error
    rows = work.run(
        f"""SELECT {COLUMNS} FROM reports
            WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
              AND (CAST(:last AS uuid) IS NULL OR (created_at, report_id) < (
                   SELECT s.created_at, s.report_id FROM reports s
                   WHERE s.organization_id = CAST(:organization AS uuid) AND s.report_id = CAST(:last AS uuid)))
            ORDER BY created_at DESC, report_id DESC LIMIT :limit""",  # noqa: S608
        organization=caller.organization_id,
        user=caller.user_id,
        last=last,
        limit=limit + 1,
    )
    reports = [_stored(row) for row in rows[:limit]]
    return Page(reports, reports[-1].report_id if len(rows) > limit else None)


def _stored(row: Row) -> StoredReport:
    return StoredReport(**{**row, "report_id": str(row["report_id"]), "user_id": str(row["user_id"])})

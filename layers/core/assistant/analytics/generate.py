"""Makes a report as a task: count, draw, store."""

from datetime import timedelta
from typing import Any

from assistant.analytics import content, figures, store
from assistant.analytics.documents import files_of
from assistant.analytics.report import Scope
from assistant.analytics.request import DateRange, ReportRequest
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import NotFound
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store

USUAL_DAYS = 30
KINDS = {
    "usage": figures.usage,
    "cost": figures.cost,
    "tasks": figures.tasks,
    "search": content.search,
    "quality": content.quality,
}


def generate_report(database: Database, claim: Claim) -> Store:
    """Do the task `generate_analytics_report`. Whoever is an administrator now gets the organisation's numbers."""
    request = ReportRequest.model_validate(claim.task.args)
    task = claim.task
    claim.reach("validated", 5)
    with database.transaction() as work:  # all statements see the same scope
        scope = scope_of(work, task.organization_id, task.user_id, request.date_range)
        report = KINDS[request.report_type](work, scope)
    claim.reach("context_fetched", 30, tables=len(report.tables))
    files = files_of(report, request.format, include_charts=request.include_charts)
    claim.reach("generating", 85, files=len(files))
    stored = store.upload(task, files)
    claim.reach("stored", 95)

    def finish(work: UnitOfWork) -> dict[str, Any]:
        store.add(work, task, report, request.format, stored)
        return {
            "report_id": task.task_id,
            "title": report.title,
            "report_type": report.report_type,
            "format": request.format,
            "date_range": {"start": scope.start.isoformat(), "end": scope.end.isoformat()},
            "whole_organization": scope.whole_organization,
            "totals": {total.name: total.value for total in report.totals},
            "files": [{name: file[name] for name in ("name", "media_type", "size_bytes")} for file in stored],
        }

    return finish


def scope_of(work: UnitOfWork, organization_id: str, user_id: str, date_range: DateRange | None) -> Scope:
    """Whose rows a person may count, and of which days: the last 30 unless they say others."""
    row = work.one(
        """SELECT o.name, o.time_zone, u.role, CAST(now() AT TIME ZONE o.time_zone AS date) AS today
           FROM users u JOIN organizations o ON o.organization_id = u.organization_id
           WHERE u.organization_id = CAST(:organization AS uuid) AND u.user_id = CAST(:user AS uuid) AND u.is_active""",
        organization=organization_id,
        user=user_id,
    )
    if row is None:
        raise NotFound("The person who asked for this report is no longer there.")
    end = date_range.end if date_range else row["today"]
    start = date_range.start if date_range else end - timedelta(days=USUAL_DAYS - 1)
    return Scope(organization_id, row["name"], user_id, row["role"] == "admin", row["time_zone"], start, end)

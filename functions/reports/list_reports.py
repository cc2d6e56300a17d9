"""GET /api/v1/reports: the caller's reports, newest first."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.analytics import store
from assistant.http import Caller, Db, lambda_handler
from assistant.http.reports import ReportSummary

router = APIRouter(tags=["reports"])


class Reports(BaseModel):
    reports: list[ReportSummary]
    next_cursor: str | None


@router.get("/api/v1/reports")
async def list_reports(
    caller: Caller,
    db: Db,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Reports:
    page = store.list_reports(db, caller, limit, cursor)
    return Reports(reports=[ReportSummary.of(report) for report in page.reports], next_cursor=page.next_cursor)


handler = lambda_handler(router)

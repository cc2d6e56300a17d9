"""GET /api/v1/reports/{report_id}: what the report is, and links to its files that open for five minutes."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.analytics import store
from assistant.http import Caller, Db, lambda_handler
from assistant.http.reports import ReportSummary
from assistant.platform import objects

router = APIRouter(tags=["reports"])


class ReportFile(BaseModel):
    """`url` opens the file for whoever has it, until it expires."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    url: str


class ReportDetails(ReportSummary):
    """`url` is of the report itself; `files` has it first, then its charts. `expires_in`: seconds."""

    url: str
    expires_in: int
    files: list[ReportFile]


@router.get("/api/v1/reports/{report_id}")
async def get_report(report_id: UUID, caller: Caller, db: Db) -> ReportDetails:
    report = store.find(db, caller, str(report_id))
    files = [ReportFile(**file, url=objects.link(file["key"], store.LINK_SECONDS)) for file in report.files]
    summary = ReportSummary.of(report).model_dump()
    return ReportDetails(**summary, url=files[0].url, expires_in=store.LINK_SECONDS, files=files)


handler = lambda_handler(router)

"""GET /api/v1/feedback/export: the feedback as a csv or json file, at an address that ends after 15 minutes."""

import datetime
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.feedback.export import export
from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.feedback import Context

router = APIRouter(tags=["feedback"])


class FeedbackExport(BaseModel):
    """Whoever has the address can fetch the file. `expires_in`: seconds."""

    download_url: str
    expires_in: int
    rows: int
    size_bytes: int


@router.get("/api/v1/feedback/export")
async def export_feedback(
    caller: AdminCaller,
    db: Db,
    context: Context | None = None,
    date_from: datetime.date | None = None,
    date_to: datetime.date | None = None,
    file_format: Annotated[Literal["csv", "json"], Query(alias="format")] = "csv",
) -> FeedbackExport:
    made = export(db, caller.organization_id, context, date_from, date_to, file_format)
    return FeedbackExport.model_validate(asdict(made))


handler = lambda_handler(router)

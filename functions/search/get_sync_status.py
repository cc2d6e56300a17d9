"""GET /api/v1/sync/status: the last run of each source."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.sources import SyncRun, run_of
from assistant.search.sources.store import listed

router = APIRouter(tags=["search"])


class SourceSync(BaseModel):
    """`last_run` is null before the first."""

    source_id: UUID
    name: str
    source_type: str
    schedule: str
    next_sync_at: datetime | None
    last_run: SyncRun | None


class SyncStatus(BaseModel):
    sources: list[SourceSync]


@router.get("/api/v1/sync/status")
async def get_sync_status(caller: Caller, db: Db) -> SyncStatus:
    found = listed(db, caller.organization_id, caller.user_id, include_disabled=True, with_documents=False)
    return SyncStatus(
        sources=[
            SourceSync(
                source_id=UUID(each.source.source_id),
                name=each.source.name,
                source_type=each.source.source_type,
                schedule=each.source.schedule,
                next_sync_at=each.source.next_sync_at,
                last_run=run_of(each),
            )
            for each in found
        ]
    )


handler = lambda_handler(router)

"""POST /api/v1/sync: a run of each source, as a task; a source that is being read already is not read twice."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.search.sources.requests import chosen, start

router = APIRouter(tags=["search"])


class SyncSelection(BaseModel):
    source_ids: Annotated[list[UUID], Field(max_length=100, description="All enabled sources when left out")] = []
    force_full_sync: bool = Field(default=False, description="Read everything anew, not only what changed")


class StartedSync(BaseModel):
    """`is_new` is false for a run that was waiting or going on already."""

    source_id: UUID
    name: str
    task_id: UUID
    is_new: bool


class StartedSyncs(BaseModel):
    syncs: list[StartedSync]


@router.post("/api/v1/sync", status_code=202)
async def start_sync(caller: AdminCaller, db: Db, body: SyncSelection | None = None) -> StartedSyncs:
    wanted = body or SyncSelection()
    sync_type = "full" if wanted.force_full_sync else "incremental"
    started = []
    for source in chosen(db, caller, [str(source_id) for source_id in wanted.source_ids]):
        task_id, is_new = start(db, caller, source.source_id, sync_type)
        started.append(
            StartedSync(source_id=UUID(source.source_id), name=source.name, task_id=UUID(task_id), is_new=is_new)
        )
    return StartedSyncs(syncs=started)


handler = lambda_handler(router)

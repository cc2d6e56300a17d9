"""DELETE /api/v1/sources/{source_id}: the source, its documents, their chunks, and what was cached from them."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.search.sources.administer import delete

router = APIRouter(tags=["search"])


class DeletedSource(BaseModel):
    source_id: UUID
    deleted_documents: int


@router.delete("/api/v1/sources/{source_id}")
async def delete_source(caller: AdminCaller, db: Db, source_id: UUID) -> DeletedSource:
    return DeletedSource(source_id=source_id, deleted_documents=delete(db, caller, str(source_id)))


handler = lambda_handler(router)

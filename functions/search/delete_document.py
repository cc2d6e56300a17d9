"""DELETE /api/v1/vector-search/documents/{doc_id}: gone from the next search, with chunks, vectors and original."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.search.visible import delete_document as delete

router = APIRouter(tags=["vector-search"])


class DeletedDocument(BaseModel):
    document_id: UUID


@router.delete("/api/v1/vector-search/documents/{doc_id}")
async def delete_document(
    caller: Caller, db: Db, doc_id: Annotated[str, Path(min_length=1, max_length=200)]
) -> DeletedDocument:
    return DeletedDocument(document_id=UUID(delete(db, caller, doc_id)))


handler = lambda_handler(router)

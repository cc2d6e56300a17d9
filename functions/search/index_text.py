"""POST /api/v1/vector-search/index: a text becomes chunks that search finds, under an id of the client's."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.search.indexed_text import IndexedText
from assistant.search.indexed_text import index_text as store

router = APIRouter(tags=["vector-search"])


class IndexedDocument(BaseModel):
    """`document_id` is ours, `doc_id` the client's; both name it to the other endpoints."""

    document_id: UUID
    doc_id: str
    chunks: int


@router.post("/api/v1/vector-search/index", status_code=201)
async def index_text(caller: Caller, db: Db, body: IndexedText) -> IndexedDocument:
    document_id, doc_id, chunks = store(db, caller, body)
    return IndexedDocument(document_id=UUID(document_id), doc_id=doc_id, chunks=chunks)


handler = lambda_handler(router)

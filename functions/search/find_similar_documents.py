"""GET /api/v1/vector-search/similar/{doc_id}: the documents that are about the same, nearest first."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.search.similar import similar

router = APIRouter(tags=["vector-search"])


class SimilarDocument(BaseModel):
    """`similarity`: cosine of the nearest chunk to the document's middle; by words, the share of its words."""

    document_id: UUID
    title: str
    similarity: float


class SimilarDocuments(BaseModel):
    by: Literal["vectors", "words"]
    documents: list[SimilarDocument]


@router.get("/api/v1/vector-search/similar/{doc_id}")
async def find_similar_documents(
    caller: Caller,
    db: Db,
    doc_id: Annotated[str, Path(min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=20)] = 10,
) -> SimilarDocuments:
    return SimilarDocuments.model_validate(similar(db, caller, doc_id, limit), from_attributes=True)


handler = lambda_handler(router)

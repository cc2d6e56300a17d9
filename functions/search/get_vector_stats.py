"""GET /api/v1/vector-search/stats: documents and chunks per collection, and the model of their vectors."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.search.cached import cached_numbers
from assistant.search.store_health import totals

router = APIRouter(tags=["vector-search"])


class CollectionTotals(BaseModel):
    name: str
    state: str
    documents: int
    chunks: int
    embedded_documents: int


class VectorStats(BaseModel):
    """`embedding_model` is null where search goes by words alone."""

    documents: int
    chunks: int
    embedded_documents: int
    embedding_model: str | None
    dimensions: int | None
    collections: list[CollectionTotals]


@router.get("/api/v1/vector-search/stats")
async def get_vector_stats(caller: Caller, db: Db) -> VectorStats:
    counted = cached_numbers(caller.organization_id, "vectors", lambda: totals(db, caller.organization_id))
    return VectorStats(**counted)


handler = lambda_handler(router)

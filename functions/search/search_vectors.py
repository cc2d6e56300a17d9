"""POST /api/v1/vector-search/search: chunks by what they are about, with their words as well if wished."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.http import SEARCH, Db, SearchCaller, lambda_handler
from assistant.search.cached import cached_search
from assistant.search.models import MOST_FILTER_VALUES, Label, SearchFilters, SearchQuery, Text

router = APIRouter(tags=["vector-search"])


class VectorQuery(BaseModel):
    query: Annotated[Text, StringConstraints(min_length=1, max_length=1000)]
    collections: list[Label] = Field(default=[], max_length=MOST_FILTER_VALUES, description="All when left out")
    limit: int = Field(default=10, ge=1, le=100)
    filters: SearchFilters = SearchFilters()
    include_snippets: bool = True
    hybrid_search: bool = Field(default=False, description="By words as well, the two rankings fused")


class VectorResult(BaseModel):
    document_id: UUID
    chunk_index: int
    title: str
    heading: str
    snippet: str | None
    highlights: list[str]
    score: float
    similarity: float | None
    collection: str
    source_type: str
    url: str | None


class VectorResults(BaseModel):
    """`degraded` says why words had to do; null when vectors were compared."""

    results: list[VectorResult]
    total_found: int
    degraded: Literal["embeddings_unavailable", "budget_exceeded"] | None
    search_time_ms: float
    cached: bool


@router.post("/api/v1/vector-search/search")
async def search_vectors(caller: SearchCaller, db: Db, body: VectorQuery) -> VectorResults:
    query = SearchQuery(
        query=body.query,
        collections=body.collections,
        limit=body.limit,
        filters=body.filters,
        mode="hybrid" if body.hybrid_search else "vector",
    )
    found = cached_search(db, caller, query, "vector_search")
    results = [
        VectorResult(**{**result.model_dump(), "snippet": result.content if body.include_snippets else None})
        for result in found.results
    ]
    return VectorResults(**{**found.model_dump(), "results": results})


handler = lambda_handler(router, limit=SEARCH)

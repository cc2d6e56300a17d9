"""GET /api/v1/vector-search/collections: the parts of what the organization knows, and how far their vectors are."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.http import Caller, Db, lambda_handler
from assistant.search.collections import listed

router = APIRouter(tags=["vector-search"])


class CollectionDetails(BaseModel):
    name: str
    state: Literal["empty", "words", "waiting", "ready"] = Field(
        description="words: no model is configured, so words alone find them; waiting: some still lack vectors"
    )
    is_initialized: bool
    model: str | None
    dimensions: int | None
    documents: int
    chunks: int
    embedded_documents: int


class Collections(BaseModel):
    collections: list[CollectionDetails]


@router.get("/api/v1/vector-search/collections")
async def list_collections(caller: Caller, db: Db) -> Collections:
    return Collections(collections=[CollectionDetails(**row) for row in listed(db, caller.organization_id)])


handler = lambda_handler(router)

"""POST /api/v1/vector-search/collections/initialize: make what is missing, and take up a change of model."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.search.collections import COLLECTIONS, initialize

router = APIRouter(tags=["vector-search"])


class InitializedCollections(BaseModel):
    collections: list[str]
    changed: list[str] = Field(description="Those that were made, or now have another model; none the second time")


@router.post("/api/v1/vector-search/collections/initialize")
async def initialize_collections(caller: AdminCaller, db: Db) -> InitializedCollections:
    return InitializedCollections(collections=list(COLLECTIONS), changed=initialize(db, caller.organization_id))


handler = lambda_handler(router)

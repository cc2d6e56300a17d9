"""GET /api/v1/vector-search/health: the index and the embedding model, asked now."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.search.store_health import measure

router = APIRouter(tags=["vector-search"])


class PartHealth(BaseModel):
    name: str
    status: Literal["healthy", "unhealthy", "off"]
    milliseconds: float
    detail: str | None


class VectorHealth(BaseModel):
    """degraded: words are searched, vectors are not."""

    status: Literal["healthy", "degraded"]
    parts: list[PartHealth]


@router.get("/api/v1/vector-search/health")
async def get_vector_health(caller: Caller, db: Db) -> VectorHealth:
    parts = [PartHealth.model_validate(part, from_attributes=True) for part in measure(db, caller)]
    return VectorHealth(
        status="healthy" if all(part.status == "healthy" for part in parts) else "degraded", parts=parts
    )


handler = lambda_handler(router)

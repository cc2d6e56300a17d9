"""GET /health: whether the assistant can answer: a probe of the database, with its time."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from assistant.http import Db, lambda_handler
from assistant.platform.clock import monotonic
from assistant.platform.errors import Unavailable

router = APIRouter(tags=["system"])


class Health(BaseModel):
    status: Literal["healthy", "critical"]
    database_ms: float


@router.get("/health", responses={503: {"model": Health}})
async def get_health(db: Db, response: Response) -> Health:
    started = monotonic()
    status: Literal["healthy", "critical"] = "healthy"
    try:
        db.run("SELECT 1 AS one")
    except Unavailable:
        response.status_code, status = 503, "critical"
    return Health(status=status, database_ms=round((monotonic() - started) * 1000, 2))


handler = lambda_handler(router, limit=None)  # a probe asks as often as it likes

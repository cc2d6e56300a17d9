"""POST /api/v1/ai-enhancement/search/optimize: run queries against the search, and say what the times recommend."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.http import LLM, AdminCaller, Db, lambda_handler
from assistant.http.feedback import Storable
from assistant.http.learning import RankingWeights
from assistant.learning.measure import Measured, measure, own_queries
from assistant.platform.errors import Conflict
from assistant.search.ranking import weights_of

router = APIRouter(tags=["ai-enhancement"])

Query = Annotated[Storable, StringConstraints(min_length=1, max_length=1000)]


class SearchMeasurement(BaseModel):
    """Without queries: those that were judged last, else titles of documents."""

    queries: list[Query] = Field(default=[], max_length=50)
    repetitions: int = Field(default=2, ge=1, le=5)
    limit: int = Field(default=10, ge=1, le=100)


class MeasuredSearch(Measured):
    """Milliseconds inside the function; the first search of each query apart. `complete`: time sufficed for all."""

    weights: RankingWeights


@router.post("/api/v1/ai-enhancement/search/optimize")
async def optimize_search(caller: AdminCaller, db: Db, body: SearchMeasurement | None = None) -> MeasuredSearch:
    body = body or SearchMeasurement()
    with db.database.reading() as reading:  # not in the request's transaction: embedding is paid for in its own
        queries = body.queries or own_queries(reading, caller.organization_id)
        if not queries:
            raise Conflict("There is nothing to search for: send queries, or add documents first.")
        measured = measure(reading, caller, queries, body.repetitions, body.limit)
        weights = RankingWeights.of(weights_of(reading, caller.organization_id))
    return MeasuredSearch(**measured.model_dump(), weights=weights)


handler = lambda_handler(router, limit=LLM)

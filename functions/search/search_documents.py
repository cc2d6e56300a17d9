"""POST /api/v1/search: the parts of the organization's documents that answer a query, best first."""

from fastapi import APIRouter

from assistant.http import SEARCH, Db, SearchCaller, lambda_handler
from assistant.search.cached import cached_search
from assistant.search.models import SearchQuery, SearchResults

router = APIRouter(tags=["search"])


@router.post("/api/v1/search")
async def search_documents(caller: SearchCaller, db: Db, query: SearchQuery) -> SearchResults:
    return cached_search(db, caller, query)


handler = lambda_handler(router, limit=SEARCH)

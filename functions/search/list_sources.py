"""GET /api/v1/sources: the sources whose documents the caller finds, with their last run; never a secret."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.sources import ListedSource
from assistant.search.sources.store import listed

router = APIRouter(tags=["search"])


class Sources(BaseModel):
    sources: list[ListedSource]


@router.get("/api/v1/sources")
async def list_sources(caller: Caller, db: Db, include_disabled: bool = False) -> Sources:
    found = listed(db, caller.organization_id, caller.user_id, include_disabled=include_disabled)
    return Sources(sources=[ListedSource.listed(each) for each in found])


handler = lambda_handler(router)

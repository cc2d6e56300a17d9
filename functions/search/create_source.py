"""POST /api/v1/sources: a source of documents, its secret kept apart, connected to before the answer."""

from fastapi import APIRouter

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.sources import NewSource, TriedSource
from assistant.search.sources.administer import create

router = APIRouter(tags=["search"])


@router.post("/api/v1/sources", status_code=201)
async def create_source(caller: AdminCaller, db: Db, body: NewSource) -> TriedSource:
    what = {**body.model_dump(exclude={"secret"}), "team_ids": [str(team_id) for team_id in body.team_ids]}
    return TriedSource.of(*create(db, caller, what, body.secret.get_secret_value()))


handler = lambda_handler(router)

"""PUT /api/v1/sources/{source_id}: change a source; what it is told to read is read anew when that changes."""

from uuid import UUID

from fastapi import APIRouter

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.sources import SourceChanges, TriedSource
from assistant.search.sources.administer import update

router = APIRouter(tags=["search"])


@router.put("/api/v1/sources/{source_id}")
async def update_source(caller: AdminCaller, db: Db, source_id: UUID, body: SourceChanges) -> TriedSource:
    changes = body.model_dump(exclude={"secret"}, exclude_none=True)
    if body.team_ids is not None:
        changes["team_ids"] = [str(team_id) for team_id in body.team_ids]
    secret = None if body.secret is None else body.secret.get_secret_value()
    return TriedSource.of(*update(db, caller, str(source_id), changes, secret))


handler = lambda_handler(router)

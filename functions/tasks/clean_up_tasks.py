"""POST /api/v1/async-tasks/cleanup: remove the organisation's tasks that ended some hours ago."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.tasks.results import cleanup

router = APIRouter(tags=["async-tasks"])


class CleanedUp(BaseModel):
    """How many tasks were removed, with their results; what they charged stays in the ledger."""

    removed: int


@router.post("/api/v1/async-tasks/cleanup")
async def clean_up_tasks(
    caller: AdminCaller, db: Db, older_than_hours: Annotated[int, Query(ge=1, le=168)] = 24
) -> CleanedUp:
    return CleanedUp(removed=cleanup(db, caller.organization_id, older_than_hours))


handler = lambda_handler(router)

"""GET /api/v1/notifications/{offset}: one notification with all of its data, also what is too large for a socket."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from assistant.http import Caller, Db, lambda_handler
from assistant.http.notifications import Notification
from assistant.notifications import log

router = APIRouter(tags=["notifications"])


@router.get("/api/v1/notifications/{offset}")
async def get_notification(
    offset: Annotated[int, Path(ge=1, lt=2**63)],
    caller: Caller,
    db: Db,
    epoch: Annotated[
        str | None, Query(max_length=100, description="Refuses what stands there in another epoch")
    ] = None,
) -> Notification:
    return Notification(**log.find(db, caller.organization_id, caller.user_id, offset, epoch))


handler = lambda_handler(router)

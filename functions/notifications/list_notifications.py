"""GET /api/v1/notifications: the caller's log over HTTP, oldest first."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.notifications import Notification
from assistant.notifications import log

router = APIRouter(tags=["notifications"])


class Notifications(BaseModel):
    """`recovered` is false when something after `since` is lost; what is kept is given all the same. `offset` and
    `epoch` are the end of the log, `undelivered` what not every open socket has acknowledged. While `next_since` is
    there, more is to be had with it."""

    recovered: bool
    epoch: str
    offset: int
    undelivered: int
    notifications: list[Notification]
    next_since: int | None


@router.get("/api/v1/notifications")
async def list_notifications(
    caller: Caller,
    db: Db,
    since: Annotated[int | None, Query(ge=0, lt=2**63, description="The last offset that was seen")] = None,
    epoch: Annotated[str | None, Query(max_length=100, description="The epoch of `since`")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Notifications:
    page = log.page(db, caller.organization_id, caller.user_id, since, epoch, limit)
    last = page.messages[-1]["offset"] if page.messages else page.end.offset
    return Notifications(
        recovered=page.recovered,
        epoch=page.end.epoch,
        offset=page.end.offset,
        undelivered=page.end.offset - page.delivered_offset,
        notifications=[Notification(**message) for message in page.messages],
        next_since=last if last < page.end.offset else None,
    )


handler = lambda_handler(router)

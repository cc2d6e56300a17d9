"""POST /api/v1/notifications/broadcast: a system_alert to everyone of the administrator's organisation."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.notifications import broadcast as broadcasts

router = APIRouter(tags=["notifications"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Announcement(BaseModel):
    title: Annotated[Text, Field(max_length=200)]
    message: Annotated[Text, Field(max_length=4000)]
    severity: Literal["info", "warning", "critical"] = "info"
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    details: dict[str, Any] = Field(default={}, description="Anything more that the console should show")


class Broadcast(BaseModel):
    """Accepted: `recipients` users have it in their logs within seconds; with thousands, within a minute or two."""

    broadcast_id: str
    recipients: int


@router.post("/api/v1/notifications/broadcast", status_code=202)
async def broadcast(body: Announcement, caller: AdminCaller, db: Db) -> Broadcast:
    data = body.model_dump(exclude={"priority"})
    broadcast_id, recipients = broadcasts.announce(db, caller, data, body.priority)
    return Broadcast(broadcast_id=broadcast_id, recipients=recipients)


handler = lambda_handler(router)

"""What the notification endpoints answer."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class Notification(BaseModel):
    """One message of a user's log, as on the socket."""

    type: str
    data: dict[str, Any]
    priority: str
    timestamp: datetime
    message_id: str
    offset: int
    epoch: str

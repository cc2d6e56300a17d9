"""WebSocket $default: a client's ping, subscribe, ack or resume."""

from typing import Any

from assistant.notifications import protocol
from assistant.platform.db import UnitOfWork
from assistant.websocket import connection_id, on_route


@on_route
def handler(work: UnitOfWork, event: dict[str, Any]) -> None:
    protocol.handle(work, connection_id(event), event.get("body") or "")

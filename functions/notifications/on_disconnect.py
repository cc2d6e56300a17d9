"""WebSocket $disconnect: forget the socket. Its user's log goes on."""

from typing import Any

from assistant.notifications.connections import close_connection
from assistant.platform.db import UnitOfWork
from assistant.websocket import connection_id, on_route


@on_route
def handler(work: UnitOfWork, event: dict[str, Any]) -> None:
    close_connection(work, connection_id(event))

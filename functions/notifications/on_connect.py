"""WebSocket $connect: register the socket and queue `connection_established` with the position in the log."""

from typing import Any

from assistant.notifications import protocol
from assistant.platform.db import UnitOfWork
from assistant.websocket import caller, connection_id, on_route


@on_route
def handler(work: UnitOfWork, event: dict[str, Any]) -> None:
    protocol.greet(work, caller(event), connection_id(event))

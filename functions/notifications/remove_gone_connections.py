"""Consumes GoneConnectionsQueue: forgets sockets that closed without a $disconnect."""

from typing import Any

from assistant.notifications import counters
from assistant.notifications.connections import close_connection
from assistant.platform.db import database
from assistant.queue import consumes


@consumes
def handler(gone: dict[str, Any]) -> None:
    with database().transaction() as work:
        if close_connection(work, gone["connection_id"]):
            counters.add(work, counters.GONE, 1)

"""Every minute: close silent sockets, ask old ones to move in time, forget dead ones and unused tickets."""

from assistant.identity.connection_tickets import forget_expired
from assistant.notifications.upkeep import tend
from assistant.platform.db import database
from assistant.queue import on_schedule


@on_schedule
def handler() -> dict[str, int]:
    with database().transaction() as work:
        forget_expired(work)
    return tend(database())

"""Every minute: finish broadcasts, send the notifications that a crash left unsent, forget the ones of yesterday."""

from assistant.notifications.broadcast import finish_broadcasts
from assistant.notifications.log import forget_old
from assistant.notifications.outbox import relay_unsent
from assistant.platform.db import database
from assistant.queue import on_schedule


@on_schedule
def handler() -> dict[str, int]:
    finish_broadcasts(database())
    sent = relay_unsent(database())
    with database().transaction() as work:
        return {"sent": sent, "forgotten": forget_old(work)}

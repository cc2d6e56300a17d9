"""Every minute: a task for each e-mail that a budget's alert wrote down."""

from assistant.mail.submit import submit_waiting
from assistant.platform.db import database
from assistant.queue import on_schedule


@on_schedule
def handler() -> dict[str, int]:
    return {"submitted": submit_waiting(database())}

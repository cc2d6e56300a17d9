"""Every minute: submit the tasks whose schedule says so, each moment once."""

from assistant.platform.db import database
from assistant.queue import on_schedule
from assistant.task_catalogue import TASK_TYPES
from assistant.tasks.schedules import submit_due


@on_schedule
def handler() -> dict[str, int]:
    return submit_due(database(), TASK_TYPES)

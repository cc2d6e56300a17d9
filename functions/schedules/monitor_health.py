"""Every minute: look at the conditions, send them to CloudWatch, tell administrators when one begins or ends."""

from typing import Any

from assistant.monitoring.monitor import watch
from assistant.platform.db import database
from assistant.queue import on_schedule


@on_schedule
def handler() -> dict[str, Any]:
    return watch(database())

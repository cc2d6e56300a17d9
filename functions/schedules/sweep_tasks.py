"""Every minute: give back expired leases, send lost tickets."""

from dataclasses import asdict
from typing import Any

from assistant.platform.db import database
from assistant.queue import on_schedule
from assistant.tasks.sweep import sweep


@on_schedule
def handler() -> dict[str, Any]:
    return asdict(sweep(database()))

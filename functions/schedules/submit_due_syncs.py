"""Every minute: submit a run of each source whose time has come."""

from typing import Any

from assistant.platform.db import database
from assistant.queue import on_schedule
from assistant.search.sources.requests import submit_due


@on_schedule
def handler() -> dict[str, Any]:
    return {"submitted": submit_due(database())}

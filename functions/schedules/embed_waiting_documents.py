"""Every minute: give documents their vectors that were too large for it when they came, or came from a source."""

from typing import Any

from assistant.platform.db import database
from assistant.queue import on_schedule
from assistant.search.embeddings.documents import embed_waiting

SECONDS = 40.0  # of the function's 50, which are shorter than its minute


@on_schedule
def handler() -> dict[str, Any]:
    return {"embedded": embed_waiting(database(), SECONDS)}

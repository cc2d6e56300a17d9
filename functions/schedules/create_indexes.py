"""Makes the indexes that an administrator had the finder ask for, as the owner and beside everybody's writing."""

from typing import Any

from assistant.platform.db import Database
from assistant.platform.db.connection import connect_as_owner
from assistant.platform.db.index_build import requested_index
from assistant.queue import consumes


@consumes
def handler(body: dict[str, Any]) -> None:
    owner = Database(connect_as_owner)
    try:
        requested_index(owner, str(body["index_name"]))
    finally:
        owner.discard()

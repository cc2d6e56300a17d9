"""Messages outside the log: for whoever listens now, and gone when nobody does.

They have no offset, so they push nothing out of the log that somebody still has to read, and a client that misses one
asks for no replay. What they tell must therefore also be had in another way.
"""

from typing import Any

from assistant.notifications.envelope import control
from assistant.notifications.outbox import deliver
from assistant.platform.db import Database


def tell(database: Database, organization_id: str, user_id: str, kind: str, data: dict[str, Any]) -> int:
    """Send to the user's open connections that want this kind; to how many. Nobody there costs one short read.

    The order among such messages of a user is kept, as is the order behind notifications that were sent before.
    """
    with database.reading() as work:
        rows = work.run(
            """SELECT connection_id, types FROM connections
               WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)""",
            organization=organization_id,
            user=user_id,
        )
    listening = {row["connection_id"]: row["types"] for row in rows if row["types"] is None or kind in row["types"]}
    if listening:
        deliver(user_id, listening, [control(kind, data)])
    return len(listening)

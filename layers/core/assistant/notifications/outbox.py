"""From the log to the delivery queue: everything unsent of a user, in the order of the offsets.

Whoever commits a notification sends all that is unsent of its user. The rows are locked while they are handed over, and
notifications of one user become visible in the order of their offsets; so of two that send at once the second finds
nothing, or only what came after: no process can put offset 6 into the queue before 5, and one that died is healed by
the next.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.notifications import counters
from assistant.notifications.envelope import DELIVERY_QUEUE, Message, envelope
from assistant.platform import queues
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.observability import logger

Subscriptions = Mapping[str, Sequence[str] | None]
"""Types that a connection subscribed to, by its id; None is everything."""


def deliver(
    user_id: str, listening: Subscriptions, messages: Sequence[Message], repetition: str = "", *, close: bool = False
) -> None:
    """Hand messages to the delivery queue, in order. `repetition` sets them apart from their first sending, which SQS
    would otherwise take for the same; `close` ends the connections behind the last one."""
    last = len(messages) - 1
    queues.send_ordered(
        DELIVERY_QUEUE,
        [
            _entry(user_id, listening, message, repetition, close=close and n == last)
            for n, message in enumerate(messages)
        ],
    )


def _entry(
    user_id: str, listening: Subscriptions, message: Message, repetition: str = "", *, close: bool = False
) -> tuple[str, str, dict[str, Any]]:
    """(group, deduplication id, body): the group is the user, so nobody waits for another's messages."""
    body: dict[str, Any] = {"connection_ids": list(listening), "message": message}
    uninterested = [
        connection for connection, types in listening.items() if types is not None and message["type"] not in types
    ]
    if uninterested and message["offset"] is not None:
        body["skipping"] = uninterested
    if close:
        body["close"] = True
    return user_id, message["message_id"] + repetition, body


def send_unsent(database: Database, organization_id: str, user_ids: Sequence[str], *, late: bool = False) -> int:
    """Send what is unsent of these users of one organisation; how many notifications. Raises when SQS refuses."""
    with database.transaction() as work:
        rows = work.run(
            """SELECT n.user_id, n."offset", n.message_id, n.type, n.priority, n.data, n.created_at, s.epoch,
                      (SELECT jsonb_object_agg(c.connection_id, to_jsonb(c.types)) FROM connections c
                       WHERE c.organization_id = CAST(:organization AS uuid) AND c.user_id = n.user_id) AS listening
               FROM notifications n
               JOIN notification_streams s ON s.user_id = n.user_id
                AND s.organization_id = CAST(:organization AS uuid)
               WHERE n.organization_id = CAST(:organization AS uuid)
                 AND n.user_id = ANY (CAST(:users AS uuid[])) AND n.sent_at IS NULL
               ORDER BY n.user_id, n."offset"
               FOR UPDATE OF n""",
            organization=organization_id,
            users=list(user_ids),
        )
        if not rows:
            return 0
        entries = [
            _entry(str(row["user_id"]), row["listening"], envelope(row, str(row["epoch"])))
            for row in rows
            if row["listening"]
        ]
        if entries:
            queues.send_ordered(DELIVERY_QUEUE, entries)
        _mark_sent(work, organization_id, rows, late=late)
    return len(rows)


def _mark_sent(work: UnitOfWork, organization_id: str, rows: list[dict[str, Any]], *, late: bool) -> None:
    sent = sum(len(row["listening"] or ()) for row in rows)
    count = {counters.SENT: sent, **({counters.LATE: sent} if late else {})} if sent else {}
    work.run_and_commit(
        """WITH counted AS (
               INSERT INTO notification_counters AS c (name, shard, total)
               SELECT added.key, CAST(:shard AS int), CAST(added.value AS bigint)
               FROM jsonb_each_text(CAST(:added AS jsonb)) added
               ON CONFLICT (name, shard) DO UPDATE SET total = c.total + excluded.total)
           UPDATE notifications n SET sent_at = clock_timestamp()
           FROM unnest(CAST(:users AS uuid[]), CAST(:offsets AS bigint[])) AS taken (user_id, "offset")
           WHERE n.organization_id = CAST(:organization AS uuid)
             AND n.user_id = taken.user_id AND n."offset" = taken."offset" """,
        organization=organization_id,
        users=[str(row["user_id"]) for row in rows],
        offsets=[row["offset"] for row in rows],
        shard=counters.shard(),
        added=json.dumps(count),
    )


def relay_unsent(database: Database, older_than_seconds: float = 10, users: int = 1000) -> int:
    """Send what a crash left between commit and queue; how many. Users with something urgent come first."""
    with database.reading() as work:
        waiting = work.run(
            """/* every organization - the relay serves all */
               SELECT organization_id, user_id FROM notifications
               WHERE sent_at IS NULL AND created_at < clock_timestamp() - make_interval(secs => :age)
               GROUP BY organization_id, user_id
               ORDER BY min(array_position(ARRAY['urgent', 'high', 'normal', 'low'], priority)), min(created_at)
               LIMIT :users""",
            age=older_than_seconds,
            users=users,
        )
    sent, refused = 0, None
    for row in waiting:
        try:
            sent += send_unsent(database, str(row["organization_id"]), [str(row["user_id"])], late=True)
        except Exception as error:  # one user's trouble is not the others'
            logger.exception("relay_failed", extra={"user_id": str(row["user_id"])})
            refused = error
    if refused is not None:
        raise refused
    return sent

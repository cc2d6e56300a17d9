"""The log of each user: append, read, replay."""

import json
from dataclasses import dataclass
from typing import Any

from assistant.notifications.envelope import DELIVERY_QUEUE, Message, Priority, envelope, whole_envelope
from assistant.notifications.limits import KEPT, KEPT_HOURS, LARGEST_DATA
from assistant.notifications.outbox import send_unsent
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import NotFound, PayloadTooLarge
from assistant.platform.observability import current_request

__all__ = ["DELIVERY_QUEUE", "KEPT", "Page", "Position", "end", "find", "forget_old", "missed", "notify", "page"]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a user's log. A client that is at `offset` of `epoch` has seen everything up to it."""

    epoch: str
    offset: int


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of the log. Not `recovered`: something between what the reader had seen and the first message is lost."""

    recovered: bool
    end: Position
    delivered_offset: int
    messages: list[Message]


def notify(
    work: UnitOfWork, organization_id: str, user_id: str, kind: str, data: dict[str, Any], priority: Priority = "normal"
) -> None:
    """Append to the user's log in this transaction; sent after its commit to every connection of the user.

    `priority` is for the reader and for the relay's choice between users; the order of a log is never changed by it.
    """
    [row] = work.run(
        """SELECT cardinality(connection_ids) AS listening
           FROM append_notification(CAST(:organization AS uuid), CAST(:user AS uuid), :kind, :priority,
                                    CAST(:data AS jsonb), CAST(:kept AS int))""",
        organization=organization_id,
        user=user_id,
        kind=kind,
        priority=priority,
        data=as_stored(data),
        kept=KEPT,
    )
    if row["listening"]:
        work.after_commit(lambda: sent_after_commit(work, organization_id, [user_id]))


def sent_after_commit(work: UnitOfWork, organization_id: str, user_ids: list[str]) -> None:
    send_unsent(work.database, organization_id, user_ids)


def as_stored(data: dict[str, Any]) -> str:
    """JSON text for the log; refuses what no client should have to load as one message.

    `request_id` in it names the request that caused it, so that a client can tell which of its own that was.
    """
    request = current_request()
    text = json.dumps({**data, "request_id": request} if request else data)
    if len(text) > LARGEST_DATA:
        raise PayloadTooLarge(f"A notification's data has at most {LARGEST_DATA} bytes. Store it and send its address.")
    return text


def locked_end(work: UnitOfWork, organization_id: str, user_id: str) -> Position:
    """The end of the user's log; opens the log when there is none. Locks it until the transaction ends."""
    [row] = work.run(
        """INSERT INTO notification_streams AS s (user_id, organization_id)
           VALUES (CAST(:user AS uuid), CAST(:organization AS uuid))
           ON CONFLICT (user_id) DO UPDATE SET last_offset = s.last_offset
               WHERE s.organization_id = CAST(:organization AS uuid)
           RETURNING epoch, last_offset""",
        organization=organization_id,
        user=user_id,
    )
    return Position(str(row["epoch"]), row["last_offset"])


def end(work: UnitOfWork, organization_id: str, user_id: str) -> Position:
    """The end of the user's log as of now, without a lock."""
    row = work.one(
        """SELECT epoch, last_offset FROM notification_streams
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)""",
        organization=organization_id,
        user=user_id,
    )
    return Position(str(row["epoch"]), row["last_offset"]) if row else Position("", 0)


def missed(work: UnitOfWork, organization_id: str, user_id: str, seen: Position) -> Page:
    """Everything after `seen`, or nothing and `recovered` False when the log no longer reaches back that far."""
    last = locked_end(work, organization_id, user_id)
    if seen.epoch == last.epoch and seen.offset > last.offset:
        # The reader has seen what the log has not: the log was set back (a restored backup). Under the old epoch its
        # offsets would be given out a second time, so a new one begins.
        return Page(False, _new_epoch(work, organization_id, user_id), 0, [])
    if seen.epoch != last.epoch:
        return Page(False, last, 0, [])
    rows = _after(work, organization_id, user_id, seen.offset, KEPT + 1)
    complete = len(rows) == last.offset - seen.offset
    return Page(complete, last, 0, [envelope(row, last.epoch) for row in rows] if complete else [])


def _new_epoch(work: UnitOfWork, organization_id: str, user_id: str) -> Position:
    [row] = work.run(
        """UPDATE notification_streams SET epoch = gen_random_uuid()
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)
           RETURNING epoch, last_offset""",
        organization=organization_id,
        user=user_id,
    )
    return Position(str(row["epoch"]), row["last_offset"])


def _after(work: UnitOfWork, organization_id: str, user_id: str, offset: int, limit: int) -> list[Row]:
    return work.run(
        """SELECT message_id, "offset", type, priority, data, created_at FROM notifications
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid) AND "offset" > :seen
           ORDER BY "offset" LIMIT :limit""",
        organization=organization_id,
        user=user_id,
        seen=offset,
        limit=limit,
    )


def page(
    work: UnitOfWork, organization_id: str, user_id: str, since: int | None, epoch: str | None, limit: int
) -> Page:
    """Up to `limit` messages after `since`, oldest first; without `since` from the oldest that is kept.

    What is kept is given also to a reader who missed something; `recovered` tells.
    """
    rows = work.run(  # one statement, so the end and the messages are of one moment
        """SELECT s.epoch, s.last_offset, s.delivered_offset,
                  n.message_id, n."offset", n.type, n.priority, n.data, n.created_at
           FROM notification_streams s
           LEFT JOIN LATERAL (
               SELECT * FROM notifications n
               WHERE n.organization_id = CAST(:organization AS uuid) AND n.user_id = s.user_id
                 AND n."offset" > CASE WHEN CAST(:epoch AS text) IS NULL OR CAST(s.epoch AS text) = :epoch
                                       THEN CAST(:since AS bigint) ELSE 0 END
               ORDER BY n."offset" LIMIT :limit) n ON true
           WHERE s.organization_id = CAST(:organization AS uuid) AND s.user_id = CAST(:user AS uuid)
           ORDER BY n."offset" """,
        organization=organization_id,
        user=user_id,
        since=since or 0,
        epoch=epoch,
        limit=limit,
    )
    if not rows:  # nobody ever told this user anything
        return Page(not since and epoch is None, Position("", 0), 0, [])
    last = Position(str(rows[0]["epoch"]), rows[0]["last_offset"])
    messages = [whole_envelope(row, last.epoch) for row in rows if row["offset"] is not None]
    recovered = since is None or (
        (epoch is None or epoch == last.epoch)
        and since <= last.offset
        and [message["offset"] for message in messages] == list(range(since + 1, since + 1 + len(messages)))
        and (since == last.offset or bool(messages))
    )
    return Page(recovered, last, rows[0]["delivered_offset"], messages)


def find(work: UnitOfWork, organization_id: str, user_id: str, offset: int, epoch: str | None) -> Message:
    """One notification with all of its data."""
    row = work.one(
        """SELECT n.message_id, n."offset", n.type, n.priority, n.data, n.created_at, s.epoch
           FROM notifications n
           JOIN notification_streams s ON s.user_id = n.user_id AND s.organization_id = CAST(:organization AS uuid)
           WHERE n.organization_id = CAST(:organization AS uuid) AND n.user_id = CAST(:user AS uuid)
             AND n."offset" = :offset AND (CAST(:epoch AS text) IS NULL OR CAST(s.epoch AS text) = :epoch)""",
        organization=organization_id,
        user=user_id,
        offset=offset,
        epoch=epoch,
    )
    if row is None:
        raise NotFound(f"There is no notification {offset} in your log (any more): it keeps {KEPT} for {KEPT_HOURS} h.")
    return whole_envelope(row, str(row["epoch"]))


def forget_old(work: UnitOfWork) -> int:
    """Drop what is older than KEPT_HOURS; how many."""
    return len(
        work.run(
            """/* every organization - retention is the same for all */
               DELETE FROM notifications WHERE created_at < now() - make_interval(hours => :hours)
               RETURNING "offset" """,
            hours=KEPT_HOURS,
        )
    )

"""The open sockets of each user: who opened them, what they want to hear, how far they have read."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.notifications.log import Position, locked_end
from assistant.notifications.owner import Owner
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Connection:
    """A socket that just said something. `heard`: messages from it in this minute, `left`: seconds of the minute."""

    connection_id: str
    organization_id: str
    user_id: str
    types: Sequence[str] | None
    heard: int
    left: int
    age: int
    rotating: bool


def open_connection(work: UnitOfWork, caller: Owner, connection_id: str) -> Position:
    """Register a socket; the position from which it will hear everything."""
    last = locked_end(work, caller.organization_id, caller.user_id)  # the lock is the point: see append_notification
    work.run(
        """INSERT INTO connections (connection_id, organization_id, user_id, session_id)
           VALUES (:connection, CAST(:organization AS uuid), CAST(:user AS uuid), CAST(:session AS uuid))
           ON CONFLICT (connection_id) DO NOTHING""",
        connection=connection_id,
        organization=caller.organization_id,
        user=caller.user_id,
        session=caller.session_id or None,
    )
    return last


def close_connection(work: UnitOfWork, connection_id: str) -> bool:
    """Forget a socket; whether it was known. Once more does no harm."""
    return bool(
        work.run(
            """/* any organization - the connection id is unique */
               DELETE FROM connections WHERE connection_id = :connection RETURNING connection_id""",
            connection=connection_id,
        )
    )


def hear(work: UnitOfWork, connection_id: str) -> Connection:
    """Note that a socket said something; whose it is, as was verified when it connected."""
    row = work.one(
        """/* any organization - the connection id is unique */
           UPDATE connections SET
               last_seen_at = now(),
               window_started_at = CASE WHEN window_started_at > now() - interval '1 minute'
                                        THEN window_started_at ELSE now() END,
               window_messages = CASE WHEN window_started_at > now() - interval '1 minute'
                                      THEN window_messages + 1 ELSE 1 END
           WHERE connection_id = :connection
           RETURNING organization_id, user_id, types, window_messages, rotate_sent_at IS NOT NULL AS rotating,
               CAST(extract(epoch FROM now() - connected_at) AS int) AS age,
               CAST(60 - extract(epoch FROM now() - window_started_at) AS int) AS left_of_minute""",
        connection=connection_id,
    )
    if row is None:
        raise Unauthenticated("This connection is not known. Connect again.")
    return Connection(
        connection_id=connection_id,
        organization_id=str(row["organization_id"]),
        user_id=str(row["user_id"]),
        types=row["types"],
        heard=row["window_messages"],
        left=max(1, row["left_of_minute"]),
        age=row["age"],
        rotating=row["rotating"],
    )


def subscribe(work: UnitOfWork, connection: Connection, types: Sequence[str] | None) -> None:
    """From now on the socket hears these types only; None is everything."""
    work.run(
        """UPDATE connections SET types = CAST(:wanted AS text[])
           WHERE organization_id = CAST(:organization AS uuid) AND connection_id = :connection""",
        wanted=None if types is None else list(types),
        organization=connection.organization_id,
        connection=connection.connection_id,
    )


def acknowledge(work: UnitOfWork, connection: Connection, offset: int) -> None:
    """Remember how far a client has read, never backwards. What every live socket of the user has read is delivered."""
    work.run(
        """UPDATE connections SET acked_offset = greatest(acked_offset, :offset)
           WHERE organization_id = CAST(:organization AS uuid) AND connection_id = :connection""",
        offset=offset,
        organization=connection.organization_id,
        connection=connection.connection_id,
    )
    work.run(
        """UPDATE notification_streams s
           SET delivered_offset = greatest(s.delivered_offset, least(s.last_offset, (
               SELECT min(c.acked_offset) FROM connections c
               WHERE c.organization_id = CAST(:organization AS uuid) AND c.user_id = s.user_id)))
           WHERE s.organization_id = CAST(:organization AS uuid) AND s.user_id = CAST(:user AS uuid)""",
        organization=connection.organization_id,
        user=connection.user_id,
    )


def told_to_rotate(work: UnitOfWork, connection: Connection) -> None:
    """Remember that the client was asked to move to a new socket: once is enough."""
    work.run(
        """UPDATE connections SET rotate_sent_at = now()
           WHERE organization_id = CAST(:organization AS uuid) AND connection_id = :connection""",
        organization=connection.organization_id,
        connection=connection.connection_id,
    )

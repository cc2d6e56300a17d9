"""What happens to sockets by the clock: the silent and the signed out are closed, the old are asked to move."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from assistant.notifications.envelope import Message, control
from assistant.notifications.limits import IDLE_SECONDS, LIFE_SECONDS, ROTATE_AFTER_SECONDS
from assistant.notifications.outbox import deliver
from assistant.platform.clock import iso, utc_now
from assistant.platform.db import Database, Row

AT_ONCE = 1000
FORGET_AFTER_SECONDS = IDLE_SECONDS + LIFE_SECONDS  # closed in vain for so long, it cannot be open any more


def tend(database: Database) -> dict[str, int]:
    """One round: how many were closed for silence or with their sign-in, asked to move, forgotten as certainly gone."""
    with database.transaction() as work:
        # Not forgotten here: the delivery function closes them, or learns that they are gone, and both forget them.
        silent = work.run(
            """/* every organization - the limits are the same for all */
               SELECT user_id, connection_id FROM connections
               WHERE last_seen_at < now() - make_interval(secs => :idle) ORDER BY last_seen_at LIMIT :at_once""",
            idle=IDLE_SECONDS,
            at_once=AT_ONCE,
        )
        signed_out = work.run(
            """/* every organization - each socket ends with its own sign-in */
               SELECT c.user_id, c.connection_id FROM connections c
               JOIN sessions s ON s.session_id = c.session_id JOIN users u ON u.user_id = c.user_id
               WHERE s.ended_at IS NOT NULL OR NOT u.is_active LIMIT :at_once""",
            at_once=AT_ONCE,
        )
        old = work.run(
            """/* every organization - the limits are the same for all */
               UPDATE connections SET rotate_sent_at = now()
               WHERE connection_id IN (
                   SELECT connection_id FROM connections
                   WHERE connected_at < now() - make_interval(secs => :age) AND rotate_sent_at IS NULL
                   ORDER BY connected_at LIMIT :at_once FOR UPDATE SKIP LOCKED)
               RETURNING user_id, connection_id,
                   CAST(extract(epoch FROM now() - connected_at) AS int) AS age""",
            age=ROTATE_AFTER_SECONDS,
            at_once=AT_ONCE,
        )
        forgotten = work.run(
            """/* every organization - the limits are the same for all */
               DELETE FROM connections WHERE last_seen_at < now() - make_interval(secs => :long) RETURNING user_id""",
            long=FORGET_AFTER_SECONDS,
        )
        # Inside the transaction: when the queue refuses, the next minute asks again.
        _tell(silent, closing_idle, close=True)
        _tell(signed_out, closing_signed_out, close=True)
        _tell(old, lambda row: rotate(row["age"]))
    closed = {"closed": len(silent), "signed_out": len(signed_out)}
    return {**closed, "rotated": len(old), "forgotten": len(forgotten)}


def _tell(rows: Sequence[Row], message: Any, *, close: bool = False) -> None:
    for row in rows:
        deliver(str(row["user_id"]), {row["connection_id"]: None}, [message(row)], close=close)


def closing_idle(_row: Row) -> Message:
    detail = f"Nothing was heard from you for {IDLE_SECONDS} seconds. Connect again, and ping at least every 240."
    return control("closing", {"code": "idle", "detail": detail})


def closing_signed_out(_row: Row) -> Message:
    return control("closing", {"code": "signed_out", "detail": "Your sign-in has ended. Sign in to connect again."})


def rotate(age: int) -> Message:
    """Asks a client to open a new socket, and then to close this one, while both still work."""
    before = utc_now() + timedelta(seconds=max(0, LIFE_SECONDS - age))
    return control(
        "rotate",
        {"before": iso(before), "detail": "Open a new socket, resume on it, then close this one: it ends soon."},
    )

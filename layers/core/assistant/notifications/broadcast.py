"""Messages to many: to everyone of an organisation, or to its administrators.

A broadcast is a row first, then batches: each batch appends to some hundred logs in one statement and moves the row's
`reached` in the same transaction, so everyone gets it once whatever dies in between; the relay finishes what is left.
"""

import json
from typing import Any

from assistant.notifications.envelope import Priority
from assistant.notifications.limits import KEPT
from assistant.notifications.log import as_stored, sent_after_commit
from assistant.notifications.outbox import send_unsent
from assistant.notifications.owner import Owner
from assistant.platform.clock import monotonic
from assistant.platform.db import Database, UnitOfWork

USERS_A_BATCH = 500  # their logs are locked for one statement
SECONDS = 15  # of one run, within the gateway's 30; the relay goes on


def announce(work: UnitOfWork, caller: Owner, data: dict[str, Any], priority: Priority) -> tuple[str, int]:
    """Start a `system_alert` to the caller's organisation: its id and how many will get it. Begins after the commit."""
    [row] = work.run(
        """INSERT INTO broadcasts (organization_id, created_by, type, priority, data, recipients)
           SELECT CAST(:organization AS uuid), CAST(:caller AS uuid), 'system_alert', :priority, CAST(:data AS jsonb),
                  count(*) FROM users u WHERE u.organization_id = CAST(:organization AS uuid) AND u.is_active
           RETURNING broadcast_id, recipients""",
        organization=caller.organization_id,
        caller=caller.user_id,
        priority=priority,
        data=as_stored(data),
    )
    broadcast_id = str(row["broadcast_id"])

    def begin() -> None:
        run(work.database, caller.organization_id, broadcast_id)

    work.after_commit(begin)
    return broadcast_id, row["recipients"]


def performance_alert(
    work: UnitOfWork, organization_id: str, data: dict[str, Any], priority: Priority = "high"
) -> None:
    """What a monitor saw, to the administrators of the organisation, in this transaction."""
    admins = [
        str(row["user_id"])
        for row in work.run(
            """SELECT user_id FROM users
               WHERE organization_id = CAST(:organization AS uuid) AND role = 'admin' AND is_active""",
            organization=organization_id,
        )
    ]
    listening = _append(work, organization_id, admins, "performance_alert", priority, as_stored(data))
    if listening:
        work.after_commit(lambda: sent_after_commit(work, organization_id, listening))


def run(database: Database, organization_id: str, broadcast_id: str, seconds: float = SECONDS) -> bool:
    """Append batch after batch until everyone has it or the time is over; whether it is finished."""
    until = monotonic() + seconds
    while True:
        with database.transaction() as work:
            finished, listening = _batch(work, organization_id, broadcast_id)
        if listening:
            send_unsent(database, organization_id, listening)
        if finished or monotonic() > until:
            return finished


def _batch(work: UnitOfWork, organization_id: str, broadcast_id: str) -> tuple[bool, list[str]]:
    broadcast = work.one(  # the lock: two runners take turns
        """SELECT type, priority, data, reached FROM broadcasts
           WHERE organization_id = CAST(:organization AS uuid) AND broadcast_id = CAST(:broadcast AS uuid)
             AND finished_at IS NULL FOR UPDATE""",
        organization=organization_id,
        broadcast=broadcast_id,
    )
    if broadcast is None:
        return True, []
    users = [
        str(row["user_id"])
        for row in work.run(
            """SELECT user_id FROM users
               WHERE organization_id = CAST(:organization AS uuid) AND is_active
                 AND (CAST(:reached AS uuid) IS NULL OR user_id > CAST(:reached AS uuid))
               ORDER BY user_id LIMIT :limit""",
            organization=organization_id,
            reached=str(broadcast["reached"]) if broadcast["reached"] else None,
            limit=USERS_A_BATCH,
        )
    ]
    data = json.dumps(broadcast["data"])
    listening = _append(work, organization_id, users, broadcast["type"], broadcast["priority"], data)
    finished = len(users) < USERS_A_BATCH
    work.run(
        """UPDATE broadcasts SET appended = appended + CAST(:n AS int),
               reached = coalesce(CAST(:reached AS uuid), reached),
               finished_at = CASE WHEN :finished THEN now() END
           WHERE organization_id = CAST(:organization AS uuid) AND broadcast_id = CAST(:broadcast AS uuid)""",
        n=len(users),
        reached=users[-1] if users else None,
        finished=finished,
        organization=organization_id,
        broadcast=broadcast_id,
    )
    return finished, listening


def _append(
    work: UnitOfWork, organization_id: str, user_ids: list[str], kind: str, priority: str, data: str
) -> list[str]:
    """Those of the users who listen now."""
    if not user_ids:
        return []
    rows = work.run(
        """SELECT user_id FROM append_notifications(CAST(:organization AS uuid), CAST(:users AS uuid[]), :kind,
                                                    :priority, CAST(:data AS jsonb), CAST(:kept AS int)) AS user_id""",
        organization=organization_id,
        users=user_ids,
        kind=kind,
        priority=priority,
        data=data,
        kept=KEPT,
    )
    return [str(row["user_id"]) for row in rows]


def finish_broadcasts(database: Database) -> int:
    """Go on with what was left over a minute ago; how many broadcasts."""
    with database.reading() as work:
        left = work.run(
            """/* every organization - the relay serves all */
               SELECT organization_id, broadcast_id FROM broadcasts
               WHERE finished_at IS NULL AND created_at < now() - interval '1 minute' ORDER BY created_at LIMIT 10"""
        )
    for row in left:
        run(database, str(row["organization_id"]), str(row["broadcast_id"]))
    return len(left)

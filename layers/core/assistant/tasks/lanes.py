"""Who comes next: priority first, then a fair turn between organizations, then between the owners of one.

Waiting tasks stand in lanes (type, priority, organization). Within a lane they are ordered by `turn`, a start tag of
start-time fair queueing that a task gets when it becomes due: the lane's virtual time, or the end of the owner's
tasks before it, whichever is later. What a task weighs is what is held for it, so who asks for dear tasks waits longer
for the next. Between lanes of one priority the organization comes first that has been given least, counted alike.

A claim looks at the head of each lane, so its time grows with the number of organizations that wait, and not with
their tasks or people. It needs no count of what runs: three in flight are shared out as fairly as three hundred.
The statements themselves are PostgreSQL functions (migration 0032), planned once a session.
"""

import random

from assistant.platform.db import Database, Row
from assistant.platform.interruption import pause
from assistant.tasks.task import COLUMNS

LEASE_SECONDS = 30
FLOOR = 1000  # micro-dollars: what a task weighs at least, for the sandbox that it takes
AGED_SECONDS, AGED_SHARE = 300, 0.1  # who has waited so long gets one claim in ten, whatever its priority
LOOKS, BETWEEN_LOOKS = 5, 0.01  # when every waiting task is locked by somebody for the moment

CLAIM = f"""SELECT {COLUMNS}
    FROM claim_task(:type, CAST(:lease AS float8), :floor, CAST(:old AS float8), :aged)"""  # noqa: S608 - columns


def take(database: Database, task_type: str) -> Row | None:
    """Claim the best waiting task of a type: its row, committed as running with a lease; None when none waits."""
    for _ in range(LOOKS):
        with database.transaction() as work:
            rows = work.run_and_commit(CLAIM, **claim_parameters(task_type))
        if rows:
            return rows[0]
        if not _waiting(database, task_type):
            break
        pause(BETWEEN_LOOKS)  # all that wait are being taken or cancelled; if not, they must not lose this ticket
    return None


def claim_parameters(task_type: str) -> dict[str, object]:
    """What CLAIM is bound to."""
    aged = random.random() < AGED_SHARE  # noqa: S311 - no secret
    return {"type": task_type, "lease": LEASE_SECONDS, "floor": FLOOR, "old": AGED_SECONDS, "aged": aged}


def _waiting(database: Database, task_type: str) -> bool:
    with database.reading() as work:
        return bool(
            work.run(
                """/* any organization - a worker serves all */
                   SELECT 1 AS waits FROM tasks
                   WHERE task_type = :type AND status = 'queued' AND NOT deferred AND not_before <= now() LIMIT 1""",
                type=task_type,
            )
        )

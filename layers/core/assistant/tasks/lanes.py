"""Who comes next: priority first, then a fair turn between organizations, then between the owners of one.

Waiting tasks stand in lanes (type, priority, organization). Within a lane they are ordered by `turn`, a start tag of
start-time fair queueing that a task gets when it becomes due: the lane's virtual time, or the end of the owner's
tasks before it, whichever is later. What a task weighs is what is held for it, so who asks for dear tasks waits longer
for the next. Between lanes of one priority the organization comes first that has been given least, counted alike.

A claim looks at the head of each lane, so its time grows with the number of organizations that wait, and not with
their tasks or people. It needs no count of what runs: three in flight are shared out as fairly as three hundred.
"""

import random

from assistant.platform.db import Database, Row
from assistant.platform.interruption import pause
from assistant.tasks.task import COLUMNS

LEASE_SECONDS = 30
FLOOR = 1000  # micro-dollars: what a task weighs at least, for the sandbox that it takes
AGED_SECONDS, AGED_SHARE = 300, 0.1  # who has waited so long gets one claim in ten, whatever its priority
LOOKS, BETWEEN_LOOKS = 5, 0.01  # when every waiting task is locked by somebody for the moment

# The turn of a task that is due when it is submitted.
TURN = """greatest(
    (SELECT coalesce(max(o.turn), 0) FROM task_owners o
     WHERE o.organization_id = CAST(:organization AS uuid) AND o.task_type = :type AND o.priority = :priority),
    (SELECT coalesce(max(o.served), 0) FROM task_owners o
     WHERE o.organization_id = CAST(:organization AS uuid) AND o.user_id = CAST(:user AS uuid)
       AND o.task_type = :type AND o.priority = :priority),
    (SELECT t.turn + t.held + :floor FROM tasks t
     WHERE t.organization_id = CAST(:organization AS uuid) AND t.user_id = CAST(:user AS uuid)
       AND t.task_type = :type AND t.priority = :priority AND t.status = 'queued' AND NOT t.deferred
     ORDER BY t.turn DESC LIMIT 1))"""

ADMIT = """/* any organization - a worker serves all */
    WITH due AS (
        SELECT task_id, organization_id, user_id, priority, held, turn, not_before, created_at FROM tasks
        WHERE task_type = :type AND status = 'queued' AND deferred AND not_before <= now()
        ORDER BY not_before LIMIT 100 FOR UPDATE SKIP LOCKED
    ), placed AS (
        SELECT d.task_id, d.not_before, coalesce(d.turn, greatest(
            (SELECT coalesce(max(o.turn), 0) FROM task_owners o
             WHERE o.organization_id = d.organization_id AND o.task_type = :type AND o.priority = d.priority),
            (SELECT coalesce(max(o.served), 0) FROM task_owners o
             WHERE o.organization_id = d.organization_id AND o.user_id = d.user_id
               AND o.task_type = :type AND o.priority = d.priority),
            (SELECT t.turn + t.held + :floor FROM tasks t
             WHERE t.organization_id = d.organization_id AND t.user_id = d.user_id AND t.task_type = :type
               AND t.priority = d.priority AND t.status = 'queued' AND NOT t.deferred
             ORDER BY t.turn DESC LIMIT 1))
            + sum(d.held + :floor) OVER (PARTITION BY d.organization_id, d.user_id, d.priority
                                         ORDER BY d.not_before, d.created_at, d.task_id) - d.held - :floor) AS turn
        FROM due d
    )
    UPDATE tasks SET deferred = false, turn = placed.turn, queued_at = placed.not_before
    FROM placed WHERE tasks.task_id = placed.task_id"""

CLAIM = f"""/* any organization - a worker serves all, the claimed row says whose it is */
    WITH RECURSIVE lanes AS (
        (SELECT t.priority, t.organization_id FROM tasks t
         WHERE t.task_type = :type AND t.status = 'queued' AND NOT t.deferred
         ORDER BY t.priority DESC, t.organization_id DESC LIMIT 1)
        UNION ALL
        SELECT next.priority, next.organization_id FROM lanes l CROSS JOIN LATERAL (
            SELECT t.priority, t.organization_id FROM tasks t
            WHERE t.task_type = :type AND t.status = 'queued' AND NOT t.deferred
              AND (t.priority, t.organization_id) < (l.priority, l.organization_id)
            ORDER BY t.priority DESC, t.organization_id DESC LIMIT 1) next
    ), heads AS (
        SELECT l.priority, l.organization_id, head.queued_at, coalesce(s.finish, 0) AS finish
        FROM lanes l CROSS JOIN LATERAL (
            SELECT t.queued_at FROM tasks t
            WHERE t.task_type = :type AND t.status = 'queued' AND NOT t.deferred AND t.priority = l.priority
              AND t.organization_id = l.organization_id AND t.not_before <= now()
            ORDER BY t.turn, t.created_at LIMIT 1) head
        LEFT JOIN task_shares s ON s.task_type = :type AND s.organization_id = l.organization_id
    ), virtual AS (
        SELECT coalesce(max(began), 0) AS time FROM task_shares WHERE task_type = :type
    ), best AS (
        SELECT h.priority, h.organization_id FROM heads h, virtual
        ORDER BY CASE WHEN :aged AND h.queued_at < now() - make_interval(secs => :old) THEN h.queued_at END NULLS LAST,
            h.priority DESC, greatest(h.finish, virtual.time), h.finish, h.queued_at
    ), picked AS (
        SELECT first.task_id FROM best b CROSS JOIN LATERAL (
            SELECT t.task_id FROM tasks t
            WHERE t.task_type = :type AND t.status = 'queued' AND NOT t.deferred AND t.priority = b.priority
              AND t.organization_id = b.organization_id AND t.not_before <= now()
            ORDER BY t.turn, t.created_at LIMIT 1 FOR UPDATE SKIP LOCKED) first
        LIMIT 1
    ), claimed AS (
        UPDATE tasks SET status = 'running', fence = fence + 1, attempts = attempts + 1, stage = 'validated',
            lease_until = now() + make_interval(secs => :lease), started_at = coalesce(started_at, now())
        WHERE task_id = (SELECT task_id FROM picked)
        RETURNING {COLUMNS}, turn
    ), shared AS (
        INSERT INTO task_shares AS s (task_type, organization_id, began, finish)
        SELECT c.task_type, c.organization_id, v.time, v.time + c.held + :floor FROM claimed c, virtual v
        ON CONFLICT (task_type, organization_id) DO UPDATE SET
            began = greatest(s.finish, excluded.began),
            finish = greatest(s.finish, excluded.began) + excluded.finish - excluded.began
    ), served AS (
        INSERT INTO task_owners AS o (task_type, priority, organization_id, user_id, turn, served)
        SELECT c.task_type, c.priority, c.organization_id, c.user_id, c.turn, c.turn + c.held + :floor
        FROM claimed c WHERE c.turn IS NOT NULL
        ON CONFLICT (organization_id, user_id, task_type, priority) DO UPDATE SET
            turn = greatest(o.turn, excluded.turn), served = greatest(o.served, excluded.served)
    )
    SELECT {COLUMNS} FROM claimed"""  # noqa: S608 - a constant list of columns


def take(database: Database, task_type: str) -> Row | None:
    """Claim the best waiting task of a type: its row, committed as running with a lease; None when none waits."""
    for _ in range(LOOKS):
        with database.transaction() as work:
            work.run(ADMIT, type=task_type, floor=FLOOR)
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

"""From an e-mail that somebody has to get to the task that sends it."""

from assistant.identity.caller import Caller
from assistant.platform.db import Database
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority

TYPE = "send_budget_alert"
BATCH = 200


def submit_waiting(database: Database) -> int:
    """Submit a task for each e-mail that has none; how many. Safe to run any number of times, and at the same time."""
    count = 0
    while count < BATCH:
        with database.transaction() as work:
            row = work.one(
                """/* every organization - the schedule serves all */
                   SELECT m.mail_id, m.organization_id, m.user_id, m.reason, m.args, u.role, u.email
                   FROM mails m JOIN users u ON u.user_id = m.user_id AND u.organization_id = m.organization_id
                   WHERE m.submitted_at IS NULL ORDER BY m.created_at LIMIT 1 FOR NO KEY UPDATE OF m SKIP LOCKED"""
            )
            if row is None:
                break
            organization_id, user_id = str(row["organization_id"]), str(row["user_id"])
            work.run(
                """UPDATE mails SET submitted_at = now()
                   WHERE organization_id = CAST(:organization AS uuid) AND mail_id = CAST(:mail AS uuid)""",
                organization=organization_id,
                mail=str(row["mail_id"]),
            )
            caller = Caller(user_id, organization_id, row["role"], frozenset(), "", row["email"])
            submit(work, caller, TYPE, row["args"], Priority.high, 0, f"mail {row['reason']}")
            count += 1
    return count

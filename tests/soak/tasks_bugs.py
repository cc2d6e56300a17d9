"""Four known mistakes for the soak of tasks to find."""

from assistant.platform.db.connection import PooledConnection
from assistant.tasks import sweep
from assistant.tasks.bill import due_of_claim
from assistant.tasks.claim import Claim
from assistant.tasks.task import COLUMNS, LeaseLost, from_row

PLANTED = ("no-fence", "no-outbox", "ack-before-commit", "non-idempotent-settle")


def plant_in_database(owner: PooledConnection, name: str | None) -> None:
    if name == "non-idempotent-settle":
        [[text]] = owner.run("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'settle_hold'")
        wrong = text.replace("IF hold.state IN ('settled', 'released') THEN", "IF false THEN")
        wrong = wrong.replace("CASE hold.state WHEN 'held' THEN hold.amount ELSE hold.kept END", "hold.amount")
        assert wrong.count("IF false THEN") == 1
        owner.execute_simple(wrong)
    elif name == "no-fence":
        for function in ("task_bill", "finish_task"):
            [[text]] = owner.run("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name", name=function)
            wrong = text.replace("t.fence = p_fence", "true").replace("t.status = 'running'", "true")
            assert wrong.count("AND true") == 2
            owner.execute_simple(wrong)


def plant_in_process(name: str | None) -> None:
    if name == "no-fence":
        Claim._update = _update_whoever_has_it
    elif name == "no-outbox":
        sweep.send_lost_tickets = lambda database: 0
    elif name == "ack-before-commit":
        Claim.complete = _done_before_it_is


def _update_whoever_has_it(self, work, changes, **values):
    row = work.one(
        f"""UPDATE tasks SET {changes} WHERE organization_id = CAST(:organization AS uuid)
              AND task_id = CAST(:task AS uuid) RETURNING {COLUMNS}""",
        organization=self.task.organization_id,
        task=self.task.task_id,
        **values,
    )
    if row is None:
        raise LeaseLost
    self.task = from_row(row)


def _done_before_it_is(self, store, more=False):
    with self._database.transaction() as work:
        self._finish(work, due_of_claim(work, self.task), "completed", "task_completed", result={})
    with self._database.transaction() as work:
        store(work)

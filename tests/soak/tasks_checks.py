"""Decides from what the database holds whether each task ended once, was done once and was paid once, in its turn."""

from collections import defaultdict
from dataclasses import dataclass, field

from assistant.budget.proof import discrepancies
from assistant.platform.db import Database

SLACK = 5.0  # seconds: who is locked when a worker looks is passed over, and its next ticket comes after three

EFFECTS = """
CREATE TABLE soak_effects (organization_id uuid, task_id uuid, fence bigint, at timestamptz DEFAULT clock_timestamp());
CREATE INDEX ON soak_effects (task_id);
GRANT SELECT, INSERT ON soak_effects TO assistant"""

# Each table is read once and grouped: a look-up a task would take hours of them.
TASKS = """
WITH done AS (SELECT task_id, count(*) AS effects FROM soak_effects GROUP BY task_id),
charged AS (SELECT l.request_id, sum(l.amount) AS amount FROM ledger_entries l JOIN budgets b USING (budget_id)
    WHERE b.level = 'user' AND l.to_account = 'spent' GROUP BY l.request_id),
billed AS (SELECT request_id, sum(cost) AS cost FROM llm_calls GROUP BY request_id),
told AS (SELECT user_id, data ->> 'task_id' AS id, count(*) AS ends FROM notifications
    WHERE type IN ('task_completed', 'task_failed', 'task_cancelled') GROUP BY 1, 2)
SELECT asked.id, asked.organization_id, CAST(asked.user_id AS text) AS user_id, asked.task_type, asked.priority,
    asked.status, asked.turn, asked.cost, asked.started, asked.due, coalesce(done.effects, 0) AS effects,
    coalesce(charged.amount, 0) AS charged, coalesce(billed.cost, 0) AS billed, holds.amount,
    coalesce(told.ends, 0) AS ends
FROM (SELECT task_id, CAST(task_id AS text) AS id, CAST(organization_id AS text) AS organization_id, user_id, task_type,
        priority, status, turn, cost, CAST(extract(epoch FROM started_at) AS float8) AS started,
        CAST(extract(epoch FROM greatest(created_at, not_before)) AS float8) AS due FROM tasks) asked
LEFT JOIN done ON done.task_id = asked.task_id
LEFT JOIN charged ON charged.request_id = asked.id
LEFT JOIN billed ON billed.request_id = asked.id
LEFT JOIN holds ON holds.request_id = asked.id
LEFT JOIN told ON told.id = asked.id AND told.user_id = asked.user_id"""

# Each by its partial index.
OPEN = """SELECT (SELECT count(*) FROM tasks WHERE status = 'queued')
    + (SELECT count(*) FROM tasks WHERE status = 'running')"""


@dataclass
class Verdict:
    tasks: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    charges: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.stuck or self.effects or self.charges or self.order)


def judge(database: Database, free_at: dict[str, float], crashes: list[float]) -> Verdict:
    """`free_at`: the tasks that clients were told of, each with the moment since which no client locks it.

    `crashes`: when the server died. All moments as the clock of this machine has them.
    """
    verdict = Verdict()
    with database.reading() as work:
        rows = work.run(TASKS)
        verdict.charges += [f"the ledger: {row}" for row in discrepancies(work)]
        held = work.run("SELECT request_id, state FROM holds WHERE state IN ('held', 'unknown')")
    verdict.stuck += [f"still {row['state']}: {row['request_id']}" for row in held]
    verdict.tasks = len(rows)
    verdict.lost = sorted(free_at.keys() - {row["id"] for row in rows})
    for row in rows:
        row["due"] = max(row["due"], free_at.get(row["id"], 0))
        told = f"{row['id']} ({row['status']})"
        verdict.by_status[row["status"]] = verdict.by_status.get(row["status"], 0) + 1
        if row["status"] in ("queued", "running"):
            verdict.stuck.append(told)
            continue
        if row["effects"] != (row["status"] == "completed"):
            verdict.effects.append(f"{told}: {row['effects']} effects")
        if row["ends"] > 1:
            verdict.effects.append(f"{told}: its end was told {row['ends']} times")
        if not row["charged"] == row["cost"] == min(row["billed"], row["amount"]):
            verdict.charges.append(f"{told}: billed {row['billed']}, charged {row['charged']}, says {row['cost']}")
    verdict.order = _out_of_order(rows, crashes)
    return verdict


def _out_of_order(rows, crashes):
    """Within an owner's tasks of a type: a higher priority that was due was begun before a lower one, and of one
    priority the earlier turn. What a crash undid may begin after what it did not."""
    groups = defaultdict(list)
    for row in rows:
        if row["started"] is not None:
            groups[row["user_id"], row["task_type"]].append(row)
    found = []
    for group in groups.values():
        group.sort(key=lambda row: row["started"])
        for place, later in enumerate(group):
            for earlier in group[:place]:
                gap = later["started"] - earlier["started"]
                if gap <= SLACK or later["due"] > earlier["started"] - SLACK:
                    continue
                if any(earlier["started"] - SLACK < crash < later["started"] for crash in crashes):
                    continue
                higher = later["priority"] > earlier["priority"]
                sooner = (
                    later["priority"] == earlier["priority"]
                    and None not in (later["turn"], earlier["turn"])
                    and (later["turn"] < earlier["turn"])
                )
                if higher or sooner:
                    found.append(f"{later['id']} was begun {gap:.1f} s after {earlier['id']}, which comes behind it")
                    break
    return found

"""Tasks that used up their attempts: grouped by cause, and tried again as new tasks.

A task ends once. To try it again is a task of its own, with a hold of its own, that goes on from the old one's
checkpoint; the old one says by which it was repeated. So each bill stays true, and two retries at once make one task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.identity.caller import Caller
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import AssistantError, Conflict
from assistant.tasks.read import get_task
from assistant.tasks.submit import submit
from assistant.tasks.task import Task

SHOWN = 20  # tasks of a cause that are named
REPEATABLE = frozenset({"failed", "dead", "cancelled"})

# Types whose tasks belong to something that knows them by their id, so that a new task would do nothing for it.
ONCE = {"answer_question": "An answer is not tried again on its own: ask the question again in its session."}


@dataclass(frozen=True, slots=True)
class Cause:
    """Dead letters of one type that ended for one reason."""

    task_type: str
    code: str
    kind: str
    title: str
    count: int
    first_at: datetime
    last_at: datetime
    task_ids: list[str]


@dataclass(frozen=True, slots=True)
class Redriven:
    """`tasks`: the new ones. `refused`: (dead task, error code)."""

    tasks: list[Task]
    refused: list[tuple[str, str]]


UNTOUCHED = """t.organization_id = CAST(:organization AS uuid) AND t.status = 'dead'
    AND NOT EXISTS (SELECT FROM tasks r
                    WHERE r.organization_id = CAST(:organization AS uuid) AND r.retry_of = t.task_id)"""


def causes(work: UnitOfWork, organization_id: str) -> list[Cause]:
    """The organization's dead letters that nobody has tried again, the most frequent cause first."""
    rows = work.run(
        f"""SELECT task_type, code, kind, coalesce(max(title), '') AS title, count(*) AS count,
                   min(finished_at) AS first_at, max(finished_at) AS last_at,
                   json_agg(task_id ORDER BY place) FILTER (WHERE place <= :shown) AS task_ids
            FROM (SELECT t.task_type, coalesce(t.error ->> 'code', '') AS code,
                         coalesce(t.error ->> 'kind', '') AS kind, t.error ->> 'title' AS title, t.finished_at,
                         t.task_id, row_number() OVER (PARTITION BY t.task_type, t.error ->> 'code', t.error ->> 'kind'
                                                       ORDER BY t.finished_at DESC) AS place
                  FROM tasks t WHERE {UNTOUCHED}) AS dead
            GROUP BY task_type, code, kind ORDER BY count(*) DESC, task_type, code""",  # noqa: S608 - constant text
        shown=SHOWN,
        organization=organization_id,
    )
    return [Cause(**row) for row in rows]


def retry(work: UnitOfWork, caller: Caller, task_id: str) -> Task:
    """Try a task that ended without a result again, as a new one whose cost is held anew; committed when this returns.

    Raises NotFound; Conflict when it is not such a task or was tried again before; BudgetExceeded.
    """
    task = get_task(work, caller, task_id, lock=True)
    if task.status not in REPEATABLE:
        raise Conflict(f"The task is {task.status}: there is nothing to try again.", status_of_task=task.status)
    if reason := ONCE.get(task.task_type):
        raise Conflict(reason)
    again = work.one(
        """SELECT task_id FROM tasks
           WHERE organization_id = CAST(:organization AS uuid) AND retry_of = CAST(:task AS uuid)""",
        organization=task.organization_id,
        task=task_id,
    )
    if again:
        raise Conflict("The task was tried again before; look at that one.", retried_as=str(again["task_id"]))
    owner = Caller(task.user_id, task.organization_id, "user", frozenset(), "", "")  # whose budget pays, whoever asks
    return submit(
        work, owner, task.task_type, task.args, task.priority, task.held, None, keep_result=task.keep_result,
        retry_of=task,
    )  # fmt: skip


def redrive(
    database: Database,
    caller: Caller,
    task_ids: Sequence[str] | None,
    task_type: str | None,
    code: str | None,
    limit: int,
) -> Redriven:
    """Try dead letters of the caller's organization again, the oldest first, each in a transaction of its own."""
    with database.reading() as work:
        rows = work.run(
            f"""SELECT CAST(t.task_id AS text) AS id FROM tasks t WHERE {UNTOUCHED}
                  AND (CAST(:ids AS text[]) IS NULL OR CAST(t.task_id AS text) = ANY (CAST(:ids AS text[])))
                  AND (CAST(:type AS text) IS NULL OR t.task_type = :type)
                  AND (CAST(:code AS text) IS NULL OR t.error ->> 'code' = :code)
                ORDER BY t.finished_at LIMIT :limit""",  # noqa: S608 - constant text
            organization=caller.organization_id,
            ids=list(task_ids) if task_ids is not None else None,
            type=task_type,
            code=code,
            limit=limit,
        )
    done = Redriven([], [])
    for row in rows:
        try:
            with database.transaction() as work:
                done.tasks.append(retry(work, caller, row["id"]))
        except AssistantError as error:
            done.refused.append((row["id"], error.code))
    return done

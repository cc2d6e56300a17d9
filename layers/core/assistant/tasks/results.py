"""Results: in the task's row while they are small, in the documents bucket when they are not, and gone after an hour
unless the task was to keep them."""

import json
from typing import Any

from assistant.platform import objects
from assistant.platform.clock import utc_now
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.platform.observability import logger
from assistant.tasks.task import Task

LARGEST_INLINE = 200_000  # bytes of JSON
LARGEST_SUMMARY = 1000  # of a member that stays in the row with the reference
TTL_SECONDS = 3600
LINK_SECONDS = 300
BATCH = 200


def to_store(task: Task, result: dict[str, Any]) -> tuple[str, str | None]:
    """(the row's JSON, the object's key or None). A large one is put into the bucket first: a failure there fails the
    task's completion, which is then tried again, and the same key is written again."""
    text = json.dumps(result, ensure_ascii=False)
    if len(text.encode()) <= LARGEST_INLINE:
        return text, None
    kept = "kept" if task.keep_result else "passing"
    key = f"results/{kept}/{task.organization_id}/{task.task_id}.json"
    objects.put(key, text.encode(), "application/json")
    small = {name: value for name, value in result.items() if len(json.dumps(value)) <= LARGEST_SUMMARY}
    return json.dumps({**small, "reference": {"bytes": len(text.encode())}}, ensure_ascii=False), key


def shown(task: Task) -> dict[str, Any] | None:
    """The result as its owner sees it; a large one as a link that opens for five minutes."""
    if task.result_expires_at is not None and task.result_expires_at <= utc_now():
        return {"expired": True}  # the sweep is on its way
    if task.result is None or task.result_key is None:
        return task.result
    reference = task.result.get("reference", {})
    link = {"url": objects.link(task.result_key, LINK_SECONDS), "expires_in": LINK_SECONDS}
    return {**task.result, "reference": {**reference, **link}}


def expire(database: Database) -> int:
    """Forget results whose hour is over, all but their bill; how many."""
    with database.transaction() as work:
        rows = work.run(
            """/* every organization - the sweep serves all */
               WITH old AS (
                   SELECT task_id, result_key FROM tasks WHERE result_expires_at < now()
                   ORDER BY result_expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
               UPDATE tasks SET result_expires_at = NULL, result_key = NULL,
                   result = jsonb_build_object('expired', true)
                       || CASE WHEN result ? 'cost' THEN jsonb_build_object('cost', result -> 'cost') ELSE '{}' END
               FROM old WHERE tasks.task_id = old.task_id
               RETURNING old.result_key""",
            limit=BATCH,
        )
        work.after_commit(lambda: _remove([row["result_key"] for row in rows if row["result_key"]]))
    return len(rows)


def cleanup(work: UnitOfWork, organization_id: str, older_than_hours: int) -> int:
    """Remove the organization's tasks that ended so long ago, dead letters too; how many."""
    rows = work.run(
        """DELETE FROM tasks WHERE organization_id = CAST(:organization AS uuid)
             AND finished_at < now() - make_interval(hours => :hours)
             AND status IN ('completed', 'failed', 'cancelled', 'dead')
           RETURNING result_key""",
        organization=organization_id,
        hours=older_than_hours,
    )
    work.after_commit(lambda: _remove([row["result_key"] for row in rows if row["result_key"]]))
    return len(rows)


def _remove(keys: list[str]) -> None:
    """What stays because this fails is removed by the bucket's own rule."""
    for key in keys:
        try:
            objects.delete(key)
        except AssistantError:
            logger.warning("result_not_removed", extra={"key": key})

"""GET /api/v1/async-tasks/{task_id}: status, stage, progress, result and cost of a task."""

from uuid import UUID

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.http.tasks import TaskDetails
from assistant.tasks import read
from assistant.tasks.durations import remaining

router = APIRouter(tags=["async-tasks"])


@router.get("/api/v1/async-tasks/{task_id}")
async def get_task(task_id: UUID, caller: Caller, db: Db) -> TaskDetails:
    task = read.get_task(db, caller, str(task_id))
    return TaskDetails.of(task, None if task.is_final else remaining(db, task))


handler = lambda_handler(router)

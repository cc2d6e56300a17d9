"""GET /api/v1/async-tasks/{task_id}: status, stage, progress, result and cost of a task."""

from uuid import UUID

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.http.tasks import TaskDetails
from assistant.tasks import read

router = APIRouter(tags=["async-tasks"])


@router.get("/api/v1/async-tasks/{task_id}")
async def get_task(task_id: UUID, caller: Caller, db: Db) -> TaskDetails:
    return TaskDetails.of(read.get_task(db, caller, str(task_id)))


handler = lambda_handler(router)

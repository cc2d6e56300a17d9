"""DELETE /api/v1/async-tasks/{task_id}: stop a task; only what it used is charged."""

from uuid import UUID

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.http.tasks import TaskDetails
from assistant.tasks.cancel import cancel

router = APIRouter(tags=["async-tasks"])


@router.delete("/api/v1/async-tasks/{task_id}")
async def cancel_task(task_id: UUID, caller: Caller, db: Db) -> TaskDetails:
    return TaskDetails.of(cancel(db, caller, str(task_id)))


handler = lambda_handler(router)

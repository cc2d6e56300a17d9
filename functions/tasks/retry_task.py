"""POST /api/v1/async-tasks/{task_id}/retry: try a task that failed or was cancelled again, held and charged anew."""

from uuid import UUID

from fastapi import APIRouter

from assistant.http import LLM, Db, GenerateCaller, lambda_handler
from assistant.http.tasks import SubmittedTask
from assistant.tasks.dead_letters import retry
from assistant.tasks.durations import expected

router = APIRouter(tags=["async-tasks"])


@router.post("/api/v1/async-tasks/{task_id}/retry", status_code=202)
async def retry_task(task_id: UUID, caller: GenerateCaller, db: Db) -> SubmittedTask:
    task = retry(db, caller, str(task_id))
    with db.database.reading() as work:
        return SubmittedTask.again(task, expected(work, task.task_type))


handler = lambda_handler(router, limit=LLM)

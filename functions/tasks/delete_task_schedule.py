"""DELETE /api/v1/async-tasks/schedules/{schedule_id}: no further tasks of this schedule; those submitted stay."""

from uuid import UUID

from fastapi import APIRouter

from assistant.http import Caller, Db, lambda_handler
from assistant.http.tasks import TaskSchedule
from assistant.tasks.schedules import delete

router = APIRouter(tags=["async-tasks"])


@router.delete("/api/v1/async-tasks/schedules/{schedule_id}")
async def delete_task_schedule(schedule_id: UUID, caller: Caller, db: Db) -> TaskSchedule:
    return TaskSchedule.of(delete(db, caller, str(schedule_id)))


handler = lambda_handler(router)

"""GET /api/v1/async-tasks/schedules: the caller's schedules, the oldest first."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.tasks import TaskSchedule
from assistant.tasks.schedules import of_user

router = APIRouter(tags=["async-tasks"])


class TaskSchedules(BaseModel):
    schedules: list[TaskSchedule]


@router.get("/api/v1/async-tasks/schedules")
async def list_task_schedules(caller: Caller, db: Db) -> TaskSchedules:
    return TaskSchedules(schedules=[TaskSchedule.of(schedule) for schedule in of_user(db, caller)])


handler = lambda_handler(router)

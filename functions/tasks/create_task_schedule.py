"""POST /api/v1/async-tasks/schedules: submit a task again and again, by cron in a time zone."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.http import Db, GenerateCaller, lambda_handler
from assistant.http.tasks import PriorityName, TaskSchedule
from assistant.platform.errors import Forbidden
from assistant.task_catalogue import ADMIN_TYPES, TASK_TYPES
from assistant.tasks.schedules import create
from assistant.tasks.task import Priority

router = APIRouter(tags=["async-tasks"])


class NewSchedule(BaseModel):
    """Each moment holds the task's worst case; moments that were missed submit one task together."""

    model_config = ConfigDict(extra="forbid")

    task_func: str = Field(max_length=100, description="The type, such as llm_generate_rfc")
    task_args: dict[str, Any] = Field(default={}, description="Arguments of the type")
    priority: PriorityName = "normal"
    cron: str = Field(max_length=100, description="Five fields, such as 30 7 * * MON-FRI")
    time_zone: str = Field(default="UTC", max_length=64, description="IANA, such as Europe/Berlin")


@router.post("/api/v1/async-tasks/schedules", status_code=201)
async def create_task_schedule(body: NewSchedule, caller: GenerateCaller, db: Db) -> TaskSchedule:
    if body.task_func in ADMIN_TYPES and not caller.is_admin:
        raise Forbidden("Only an administrator starts this type of task.")
    schedule = create(
        db, caller, TASK_TYPES, body.task_func, body.task_args, Priority[body.priority], body.cron, body.time_zone
    )
    return TaskSchedule.of(schedule)


handler = lambda_handler(router)

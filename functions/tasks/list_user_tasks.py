"""GET /api/v1/async-tasks/user/tasks: the caller's tasks, newest first, with counts per status."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.tasks import TaskDetails
from assistant.tasks.read import list_tasks

router = APIRouter(tags=["async-tasks"])

Status = Literal["queued", "running", "completed", "failed", "cancelled", "dead"]


class UserTasks(BaseModel):
    tasks: list[TaskDetails]
    counts: dict[str, int]
    next_cursor: str | None


@router.get("/api/v1/async-tasks/user/tasks")
async def list_user_tasks(
    caller: Caller,
    db: Db,
    status_filter: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> UserTasks:
    page = list_tasks(db, caller, status_filter, limit, cursor)
    return UserTasks(
        tasks=[TaskDetails.of(task) for task in page.tasks], counts=page.counts, next_cursor=page.next_cursor
    )


handler = lambda_handler(router)

"""POST /api/v1/async-tasks/dead-letters/redrive: try dead letters again, named ones or all of a type or cause."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.tasks import SubmittedTask
from assistant.tasks.dead_letters import redrive

router = APIRouter(tags=["async-tasks"])


class RedriveFilter(BaseModel):
    """What holds for all of those to try again; nothing means every one, the oldest first."""

    model_config = ConfigDict(extra="forbid")

    task_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = None
    task_func: str | None = Field(default=None, max_length=100)
    code: str | None = Field(default=None, max_length=100, description="The cause, as the list of dead letters has it")
    limit: int = Field(default=100, ge=1, le=100)


class RefusedTask(BaseModel):
    task_id: str
    code: str


class RedrivenTasks(BaseModel):
    """`tasks` are new, each with a hold of its own; `refused` stay dead letters, with the code of what refused them."""

    redriven: int
    tasks: list[SubmittedTask]
    refused: list[RefusedTask]


@router.post("/api/v1/async-tasks/dead-letters/redrive")
async def redrive_dead_letters(body: RedriveFilter, caller: AdminCaller, db: Db) -> RedrivenTasks:
    ids = None if body.task_ids is None else [str(task_id) for task_id in body.task_ids]
    done = redrive(db.database, caller, ids, body.task_func, body.code, body.limit)
    return RedrivenTasks(
        redriven=len(done.tasks),
        tasks=[SubmittedTask.of(task, None) for task in done.tasks],
        refused=[RefusedTask(task_id=task_id, code=code) for task_id, code in done.refused],
    )


handler = lambda_handler(router)

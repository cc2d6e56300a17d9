"""GET /api/v1/async-tasks/dead-letters: tasks that used up their attempts, grouped by type and cause."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.tasks.dead_letters import causes

router = APIRouter(tags=["async-tasks"])


class DeadLetterGroup(BaseModel):
    """`code` and `kind` say why; `task_ids` are the last twenty."""

    task_func: str
    code: str
    kind: str
    title: str
    count: int
    first_at: datetime
    last_at: datetime
    task_ids: list[str]


class DeadLetters(BaseModel):
    groups: list[DeadLetterGroup]
    total: int


@router.get("/api/v1/async-tasks/dead-letters")
async def list_dead_letters(caller: AdminCaller, db: Db) -> DeadLetters:
    groups = [
        DeadLetterGroup(
            task_func=cause.task_type,
            code=cause.code,
            kind=cause.kind,
            title=cause.title,
            count=cause.count,
            first_at=cause.first_at,
            last_at=cause.last_at,
            task_ids=cause.task_ids,
        )
        for cause in causes(db, caller.organization_id)
    ]
    return DeadLetters(groups=groups, total=sum(group.count for group in groups))


handler = lambda_handler(router)

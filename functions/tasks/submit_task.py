"""POST /api/v1/async-tasks/submit: hold the cost, store the task, wake a worker."""

from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from assistant.analytics import task_types as analytics
from assistant.enhancement import task_types as enhancement
from assistant.generation import task_types as generation
from assistant.http import LLM, Db, GenerateCaller, lambda_handler
from assistant.http.tasks import PriorityName, SubmittedTask
from assistant.mail import task_types as mail
from assistant.platform.errors import Forbidden
from assistant.search.sources import task_types as sources
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from assistant.tasks.types import prepare

router = APIRouter(tags=["async-tasks"])

# Of every context that does tasks; tasks itself knows none of them.
TASK_TYPES = {
    **generation.TASK_TYPES,
    **enhancement.TASK_TYPES,
    **mail.TASK_TYPES,
    **sources.TASK_TYPES,
    **analytics.TASK_TYPES,
}


class TaskSubmission(BaseModel):
    task_func: str = Field(max_length=100, description="The type, such as llm_generate_rfc")
    task_args: dict[str, Any] = Field(default={}, description="Arguments of the type")
    priority: PriorityName = "normal"


@router.post("/api/v1/async-tasks/submit", status_code=202)
async def submit_task(
    body: TaskSubmission,
    caller: GenerateCaller,
    db: Db,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> SubmittedTask:
    if body.task_func in sources.TASK_TYPES and not caller.is_admin:
        raise Forbidden("Only an administrator starts this type of task.")
    prepared = prepare(db, TASK_TYPES, body.task_func, body.task_args, caller.organization_id)
    priority = Priority[body.priority]
    task = submit(db, caller, body.task_func, prepared.args, priority, prepared.worst_case, idempotency_key)
    return SubmittedTask.of(task, prepared.typical_seconds)


handler = lambda_handler(router, limit=LLM)

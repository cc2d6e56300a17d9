"""POST /api/v1/async-tasks/submit: hold the cost, store the task, wake a worker."""

from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import AwareDatetime, BaseModel, Field

from assistant.http import LLM, Db, GenerateCaller, lambda_handler
from assistant.http.tasks import PriorityName, SubmittedTask
from assistant.platform.errors import Forbidden
from assistant.task_catalogue import ADMIN_TYPES, TASK_TYPES
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from assistant.tasks.types import prepare

router = APIRouter(tags=["async-tasks"])


class TaskSubmission(BaseModel):
    task_func: str = Field(max_length=100, description="The type, such as llm_generate_rfc")
    task_args: dict[str, Any] = Field(default={}, description="Arguments of the type")
    priority: PriorityName = "normal"
    run_at: AwareDatetime | None = Field(default=None, description="Not before this moment; at once when it has passed")
    save_result: bool = Field(default=False, description="Keep the result; else it is forgotten after an hour")


@router.post("/api/v1/async-tasks/submit", status_code=202)
async def submit_task(
    body: TaskSubmission,
    caller: GenerateCaller,
    db: Db,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> SubmittedTask:
    if body.task_func in ADMIN_TYPES and not caller.is_admin:
        raise Forbidden("Only an administrator starts this type of task.")
    prepared = prepare(db, TASK_TYPES, body.task_func, body.task_args, caller.organization_id)
    priority = Priority[body.priority]
    task = submit(
        db, caller, body.task_func, prepared.args, priority, prepared.worst_case, idempotency_key, run_at=body.run_at,
        keep_result=body.save_result,
    )  # fmt: skip
    return SubmittedTask.of(task, prepared.typical_seconds, prepared.interval)


handler = lambda_handler(router, limit=LLM)

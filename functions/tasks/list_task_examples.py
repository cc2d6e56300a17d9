"""GET /api/v1/async-tasks/examples: a valid submission of each task type."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, lambda_handler
from assistant.task_catalogue import ADMIN_TYPES, TASK_TYPES

router = APIRouter(tags=["async-tasks"])


class TaskExample(BaseModel):
    """A body that POST /async-tasks/submit takes, and the schema of the arguments."""

    task_func: str
    task_args: dict[str, Any]
    priority: str
    arguments_schema: dict[str, Any]


class TaskExamples(BaseModel):
    examples: list[TaskExample]


@router.get("/api/v1/async-tasks/examples")
async def list_task_examples(caller: Caller) -> TaskExamples:
    return TaskExamples(
        examples=[
            TaskExample(
                task_func=name,
                task_args=dict(task_type.example),
                priority="normal",
                arguments_schema=task_type.arguments.model_json_schema(),
            )
            for name, task_type in TASK_TYPES.items()
            if task_type.example is not None and (caller.is_admin or name not in ADMIN_TYPES)
        ]
    )


handler = lambda_handler(router)

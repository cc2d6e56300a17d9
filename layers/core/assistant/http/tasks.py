"""What the task endpoints answer."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.tasks.task import Task

PriorityName = Literal["low", "normal", "high", "urgent"]


class TaskDetails(BaseModel):
    """A task. Money in US dollars: `held` is set aside while it runs, `cost` is what was charged."""

    task_id: str
    task_func: str
    task_args: dict[str, Any]
    status: str
    stage: str
    progress: int
    priority: str
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    held: float
    cost: float
    result: dict[str, Any] | None
    error: dict[str, Any] | None

    @classmethod
    def of(cls, task: Task) -> "TaskDetails":
        return cls(
            task_id=task.task_id,
            task_func=task.task_type,
            task_args=task.args,
            status=task.status,
            stage=task.stage,
            progress=task.progress,
            priority=task.priority.name,
            attempts=task.attempts,
            created_at=task.created_at,
            started_at=task.started_at,
            finished_at=task.finished_at,
            cancel_requested_at=task.cancel_requested_at,
            held=dollars(task.held),
            cost=dollars(task.cost),
            result=task.result,
            error=task.error,
        )


class SubmittedTask(BaseModel):
    """`estimated_processing_time`: seconds, the median of the last such tasks; none before the first has finished."""

    task_id: str
    status: str
    held: float
    estimated_processing_time: float | None

    @classmethod
    def of(cls, task: Task, typical_seconds: float | None) -> "SubmittedTask":
        return cls(
            task_id=task.task_id,
            status=task.status,
            held=dollars(task.held),
            estimated_processing_time=typical_seconds,
        )

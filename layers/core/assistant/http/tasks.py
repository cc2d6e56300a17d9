"""What the task endpoints answer."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.tasks.durations import Duration
from assistant.tasks.results import shown
from assistant.tasks.schedules import Schedule
from assistant.tasks.task import Task

PriorityName = Literal["low", "normal", "high", "urgent"]


class Eta(BaseModel):
    """Seconds until the task ends, from what such tasks have taken; nine in ten end between `low` and `high`, which
    are not told before nineteen have finished."""

    seconds: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, duration: Duration | None) -> "Eta | None":
        return None if duration is None else cls(seconds=duration.seconds, low=duration.low, high=duration.high)


class TaskDetails(BaseModel):
    """A task. Money in US dollars: `held` is set aside while it runs, `cost` is what was charged.

    `result` is kept for an hour unless the task was submitted with `save_result`; a large one is a `reference` whose
    `url` opens for five minutes. `run_at`: not before. `retry_of`: the task that this one tries again.
    """

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
    run_at: datetime | None
    retry_of: str | None
    result_expires_at: datetime | None
    eta: Eta | None

    @classmethod
    def of(cls, task: Task, duration: Duration | None = None) -> "TaskDetails":
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
            result=shown(task),
            error=task.error,
            run_at=task.not_before,
            retry_of=task.retry_of,
            result_expires_at=task.result_expires_at,
            eta=Eta.of(duration),
        )


class SubmittedTask(BaseModel):
    """`estimated_processing_time`: seconds, the median of the last such tasks; none before the first has finished.

    Nine in ten end between `estimated_low` and `estimated_high`, told from the nineteenth on.
    """

    task_id: str
    status: str
    held: float
    estimated_processing_time: float | None
    estimated_low: float | None = None
    estimated_high: float | None = None
    run_at: datetime | None = None
    retry_of: str | None = None

    @classmethod
    def of(
        cls, task: Task, typical_seconds: float | None, interval: tuple[float, float] | None = None
    ) -> "SubmittedTask":
        low, high = interval or (None, None)
        return cls(
            task_id=task.task_id,
            status=task.status,
            held=dollars(task.held),
            estimated_processing_time=typical_seconds,
            estimated_low=low,
            estimated_high=high,
            run_at=task.not_before,
            retry_of=task.retry_of,
        )

    @classmethod
    def again(cls, task: Task, duration: Duration | None) -> "SubmittedTask":
        """Of a task that repeats another one."""
        if duration is None or duration.low is None or duration.high is None:
            return cls.of(task, duration.seconds if duration else None)
        return cls.of(task, duration.seconds, (duration.low, duration.high))


class TaskSchedule(BaseModel):
    """`next_at`: when the next task is submitted; `last_error`: why the last one was not."""

    schedule_id: str
    task_func: str
    task_args: dict[str, Any]
    priority: str
    cron: str
    time_zone: str
    next_at: datetime
    last_at: datetime | None
    last_error: dict[str, Any] | None
    created_at: datetime

    @classmethod
    def of(cls, schedule: Schedule) -> "TaskSchedule":
        return cls(
            schedule_id=schedule.schedule_id,
            task_func=schedule.task_type,
            task_args=schedule.args,
            priority=schedule.priority.name,
            cron=schedule.cron,
            time_zone=schedule.time_zone,
            next_at=schedule.next_at,
            last_at=schedule.last_at,
            last_error=schedule.last_error,
            created_at=schedule.created_at,
        )

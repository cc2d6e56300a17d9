"""What a task type is: its arguments, what it can cost at most, and how long it has taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Invalid


@dataclass(frozen=True, slots=True)
class Prepared:
    """Checked arguments; `worst_case` in micro-dollars; `typical_seconds` is None before any has completed."""

    args: dict[str, Any]
    worst_case: int
    typical_seconds: float | None


@dataclass(frozen=True, slots=True)
class TaskType:
    """What a context says of tasks that it does: the model of their arguments, and their price in micro-dollars."""

    arguments: type[BaseModel]
    worst_case: Callable[[UnitOfWork, Any, str | None], int]


def prepare(
    work: UnitOfWork,
    types: Mapping[str, TaskType],
    name: str,
    args: dict[str, Any],
    organization_id: str | None = None,
) -> Prepared:
    """Check the arguments of a task and price its worst case. Raises Invalid with what is wrong and where.

    An organization may have prices of its own; without one, the deployment's count.
    """
    if name not in types:
        known = ", ".join(types)
        raise Invalid(
            f"/task_func: there is no such task type. Known: {known}.",
            errors=[{"pointer": "/task_func", "detail": f"one of: {known}"}],
        )
    task_type = types[name]
    try:
        request = task_type.arguments.model_validate(args)
    except ValidationError as error:
        errors = [
            {"pointer": "/".join(["/task_args", *map(str, item["loc"])]), "detail": item["msg"]}
            for item in error.errors()
        ]
        raise Invalid(f"{errors[0]['pointer']}: {errors[0]['detail']}", errors=errors) from error
    worst_case = task_type.worst_case(work, request, organization_id)
    return Prepared(request.model_dump(mode="json"), worst_case, _typical_seconds(work, name))


def _typical_seconds(work: UnitOfWork, task_type: str) -> float | None:
    row = work.one(
        """/* every organization - a duration tells nothing about anyone */
           SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median FROM (
               SELECT extract(epoch FROM finished_at - started_at) AS seconds FROM tasks
               WHERE task_type = :type AND status = 'completed' ORDER BY finished_at DESC LIMIT 20
           ) AS recent""",
        type=task_type,
    )
    return round(float(row["median"]), 1) if row and row["median"] is not None else None

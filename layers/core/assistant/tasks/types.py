"""What a task type is: its arguments, what it can cost at most, and how long it has taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from assistant.llm.prices import Priced
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Invalid
from assistant.tasks.durations import expected


@dataclass(frozen=True, slots=True)
class Prepared:
    """Checked arguments; `worst_case` in micro-dollars; `typical_seconds` is None before any has completed.

    `interval`: seconds that nine in ten such tasks end within, None before 19 have completed.
    """

    args: dict[str, Any]
    worst_case: int
    typical_seconds: float | None
    interval: tuple[float, float] | None = None


WorstCaseAt = Callable[[UnitOfWork, Any, str | None], Callable[[Priced], int]]
"""(work, arguments, organization) → price → micro-dollars."""


@dataclass(frozen=True, slots=True)
class TaskType:
    """What a context says of tasks that it does: the model of their arguments, and their price in micro-dollars.

    `example`: arguments that are valid, for whoever sees the type for the first time. `worst_case_at`: what it would
    cost at most with a model of that price, for types that any model can do.
    """

    arguments: type[BaseModel]
    worst_case: Callable[[UnitOfWork, Any, str | None], int]
    example: Mapping[str, Any] | None = None
    worst_case_at: WorstCaseAt | None = None


def of_any_model(arguments: type[BaseModel], at: WorstCaseAt, example: Mapping[str, Any] | None = None) -> TaskType:
    """A type that any model can do, priced at the dearest that may get it."""

    def worst_case(work: UnitOfWork, request: Any, organization_id: str | None) -> int:
        from assistant.llm.routing import dearest

        return at(work, request, organization_id)(dearest(work, organization_id))

    return TaskType(arguments, worst_case, example, at)


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
    duration = expected(work, name)
    seconds = duration.seconds if duration else None
    bounds = (
        None if duration is None or duration.low is None or duration.high is None else (duration.low, duration.high)
    )
    return Prepared(request.model_dump(mode="json"), worst_case, seconds, bounds)

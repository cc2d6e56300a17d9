"""Trainings: ordered as tasks, and read while they run and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.identity.caller import Caller
from assistant.learning.request import TASK_TYPES, TYPE, TrainingRequest
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority, Task
from assistant.tasks.types import prepare


@dataclass(frozen=True)
class Ordered:
    """`typical_seconds` as for every task."""

    task: Task
    typical_seconds: float | None


def order(work: UnitOfWork, caller: Caller, request: TrainingRequest, idempotency_key: str | None) -> Ordered:
    """Submit a training; committed when this returns. Raises BudgetExceeded."""
    prepared = prepare(work, TASK_TYPES, TYPE, request.model_dump(mode="json"), caller.organization_id)
    task = submit(work, caller, TYPE, prepared.args, Priority.normal, prepared.worst_case, idempotency_key)
    return Ordered(task, prepared.typical_seconds)


@dataclass(frozen=True)
class TrainingState:
    """`evaluation` once it has ended; `version` when what was learned was kept."""

    training_id: str
    training_type: str
    status: str
    stage: str
    progress: int
    log: list[dict[str, str]]
    evaluation: dict[str, Any] | None
    version: int | None
    error: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


def training_state(work: UnitOfWork, organization_id: str, training_id: str) -> TrainingState:
    """A training of the organisation, whoever ordered it; also after its task was cleaned up. Raises NotFound."""
    row = work.one(
        """SELECT CAST(coalesce(t.task_id, r.training_id) AS text) AS training_id,
                  coalesce(t.args ->> 'training_type', r.training_type) AS training_type,
                  coalesce(t.status, 'completed') AS status, coalesce(t.stage, 'done') AS stage,
                  coalesce(t.progress, 100) AS progress, coalesce(r.log, t.checkpoint -> 'log', '[]') AS log,
                  r.evaluation, r.version, t.error, coalesce(t.created_at, r.finished_at) AS created_at,
                  coalesce(t.finished_at, r.finished_at) AS finished_at
           FROM (SELECT * FROM tasks
                 WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:training AS uuid)
                   AND task_type = 'train_ranking') AS t
           FULL JOIN (SELECT * FROM ranking_trainings
                      WHERE organization_id = CAST(:organization AS uuid) AND training_id = CAST(:training AS uuid))
               AS r ON r.training_id = t.task_id""",
        organization=organization_id,
        training=training_id,
    )
    if row is None:
        raise NotFound("There is no such training here.")
    return TrainingState(**row)

"""A task as it is read and reported."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from assistant.platform.db import Row

FINAL = frozenset({"completed", "failed", "cancelled", "dead"})
NEVER = datetime.max.replace(tzinfo=UTC)  # before PostgreSQL has given the moment
STATUSES = ("queued", "running", "completed", "failed", "cancelled", "dead")


class LeaseLost(Exception):
    """Another worker has the task, or it is final: stop without a further write."""


class CancelRequested(Exception):
    """The owner wants the task to stop; what was used until now is charged."""


class SliceOver(Exception):
    """The sandbox will soon be stopped: go on from the checkpoint in another one."""


class Priority(IntEnum):
    low = 0
    normal = 1
    high = 2
    urgent = 3


@dataclass(frozen=True, slots=True)
class Task:
    """`held` and `cost` are micro-dollars. `fence` is the number of the claim: older claims may not write.

    `slices`: runs that ended at a checkpoint because the sandbox's life did. `retry_of`: the dead task that this one
    repeats. `result_key`: where the whole of a large result lies in the documents bucket.
    """

    task_id: str
    organization_id: str
    user_id: str
    task_type: str
    priority: Priority
    args: dict[str, Any]
    status: str = "queued"
    stage: str = "queued"
    progress: int = 0
    attempts: int = 0
    max_attempts: int = 0
    fence: int = 0
    checkpoint: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    held: int = 0
    cost: int = 0
    cancel_requested_at: datetime | None = None
    created_at: datetime = NEVER
    started_at: datetime | None = None
    finished_at: datetime | None = None
    not_before: datetime | None = None
    slices: int = 0
    retry_of: str | None = None
    keep_result: bool = False
    result_expires_at: datetime | None = None
    result_key: str | None = None
    request_id: str | None = None  # of the request that submitted it

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


COLUMNS = """task_id, organization_id, user_id, task_type, priority, status, stage, progress, args, attempts,
    max_attempts, fence, checkpoint, result, error, held, cost, cancel_requested_at, created_at, started_at,
    finished_at, not_before, slices, retry_of, keep_result, result_expires_at, result_key, request_id"""


def from_row(row: Row) -> Task:
    identities = {key: str(row[key]) for key in ("task_id", "organization_id", "user_id", "retry_of") if row[key]}
    return Task(**{**row, **identities, "priority": Priority(row["priority"])})

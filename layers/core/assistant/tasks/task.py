"""A task as it is read and reported."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from assistant.platform.db import Row

FINAL = frozenset({"completed", "failed", "cancelled", "dead"})
STATUSES = ("queued", "running", "completed", "failed", "cancelled", "dead")


class Priority(IntEnum):
    low = 0
    normal = 1
    high = 2
    urgent = 3


@dataclass(frozen=True, slots=True)
class Task:
    """`held` and `cost` are micro-dollars. `fence` is the number of the claim: older claims may not write."""

    task_id: str
    organization_id: str
    user_id: str
    task_type: str
    priority: Priority
    status: str
    stage: str
    progress: int
    args: dict[str, Any]
    attempts: int
    max_attempts: int
    fence: int
    checkpoint: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    held: int
    cost: int
    cancel_requested_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    request_id: str | None = None  # of the request that submitted it

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


COLUMNS = """task_id, organization_id, user_id, task_type, priority, status, stage, progress, args, attempts,
    max_attempts, fence, checkpoint, result, error, held, cost, cancel_requested_at, created_at, started_at,
    finished_at, request_id"""


def from_row(row: Row) -> Task:
    identities = {key: str(row[key]) for key in ("task_id", "organization_id", "user_id")}
    return Task(**{**row, **identities, "priority": Priority(row["priority"])})

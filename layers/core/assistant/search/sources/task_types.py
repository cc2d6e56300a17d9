"""The task type of sources: one run of one source."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assistant.platform.db import UnitOfWork
from assistant.search.sources.catalogue import Names
from assistant.tasks.types import TaskType


class SyncRequest(BaseModel):
    """What a run is to read. `incremental` goes on where the last run ended, `full` reads everything anew.

    A run from `since_timestamp`, or of some `categories` (spaces, projects or repositories of the source), is extra:
    the next incremental run begins where it would have begun without it. One of some categories deletes nothing.
    """

    model_config = ConfigDict(extra="forbid")

    source: UUID = Field(description="The id of the source")
    sync_type: Literal["incremental", "full"] = "incremental"
    since_timestamp: AwareDatetime | None = None
    categories: Names = []

    @property
    def is_partial(self) -> bool:
        return self.since_timestamp is not None or bool(self.categories)


def worst_case(work: UnitOfWork, request: SyncRequest, organization_id: str | None) -> int:
    """Micro-dollars: reading a source costs nothing. Its vectors are paid for one by one when they are made."""
    return 0


EXAMPLE = {"source": "00000000-0000-0000-0000-000000000000", "sync_type": "incremental"}

TASK_TYPES = {"process_data_sync": TaskType(SyncRequest, worst_case, EXAMPLE)}

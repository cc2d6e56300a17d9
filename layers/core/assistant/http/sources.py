"""What the endpoints of sources take and answer. No answer holds a secret."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from assistant.search.sources.administer import Tried
from assistant.search.sources.catalogue import Name, SourceTypeName
from assistant.search.sources.store import Listed, Source

Schedule = Literal["manual", "hourly", "daily", "weekly"]
Secret = Annotated[SecretStr, StringConstraints(max_length=10_000)]
Teams = Annotated[list[UUID], Field(max_length=100)]
WHO = "Who finds its documents besides administrators; empty for everyone"


class NewSource(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    source_type: SourceTypeName
    is_enabled: bool = True
    config: dict[str, Any] = Field(description="See GET /sources/types")
    secret: Secret = Field(default=SecretStr(""), description="Kept in Secrets Manager; no answer ever shows it")
    schedule: Schedule = "manual"
    team_ids: Teams = Field(default=[], description=WHO)


class SourceChanges(BaseModel):
    """What is left out stays as it is; an empty secret is forgotten."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    is_enabled: bool | None = None
    config: dict[str, Any] | None = None
    secret: Secret | None = None
    schedule: Schedule | None = None
    team_ids: Teams | None = None


class SyncRun(BaseModel):
    """A run of a source. `status` is the task's; `error` says why it ended without success."""

    task_id: UUID
    sync_type: str
    status: str
    processed: int
    added: int
    updated: int
    deleted: int
    errors: int
    last_error: str | None
    error: dict[str, Any] | None
    started_at: datetime
    finished_at: datetime | None


class SourceDetails(BaseModel):
    source_id: UUID
    name: str
    source_type: str
    is_enabled: bool
    config: dict[str, Any]
    has_secret: bool
    schedule: str
    next_sync_at: datetime | None
    team_ids: list[UUID]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, source: Source) -> "SourceDetails":
        return cls.model_validate(source, from_attributes=True)


class ListedSource(SourceDetails):
    documents: int
    last_sync: SyncRun | None

    @classmethod
    def listed(cls, listed: Listed) -> "ListedSource":
        return cls(**SourceDetails.of(listed.source).model_dump(), documents=listed.documents, last_sync=run_of(listed))


class TriedSource(BaseModel):
    """`connection_test_passed`: it was reached, signed in to and read from; else `connection_error` says why."""

    source: SourceDetails
    connection_test_passed: bool
    connection_error: str | None

    @classmethod
    def of(cls, source: Source, tried: Tried) -> "TriedSource":
        return cls(source=SourceDetails.of(source), connection_test_passed=tried.passed, connection_error=tried.detail)


def run_of(listed: Listed) -> SyncRun | None:
    return SyncRun.model_validate(listed.last_sync) if listed.last_sync else None

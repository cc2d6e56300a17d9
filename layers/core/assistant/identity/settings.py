"""A user's settings: stored whole as JSON, checked when they come in, completed with defaults when they go out."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from assistant.identity.caller import Caller
from assistant.identity.users import NO_SUCH_USER
from assistant.platform.cache import cache
from assistant.platform.cache_keys import user_tag
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound

SourceName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
MOST_SOURCES = 50


class Preferences(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Literal["en", "ru"] = "en"
    theme: Literal["system", "light", "dark"] = "system"
    default_doc_type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,49}$")] = "rfc"


class Settings(BaseModel):
    """`data_sources`: those that searches begin with; empty means all."""

    model_config = ConfigDict(extra="forbid")

    data_sources: list[SourceName] = []
    preferences: Preferences = Preferences()

    @field_validator("data_sources")
    @classmethod
    def each_once(cls, sources: list[str]) -> list[str]:
        if len(set(sources)) > MOST_SOURCES:
            raise ValueError(f"at most {MOST_SOURCES} sources")
        return list(dict.fromkeys(sources))


def get_settings(work: UnitOfWork, caller: Caller) -> Settings:
    """The caller's settings; what they never chose has its default."""
    row = work.one(
        """SELECT settings FROM users
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)""",
        organization=caller.organization_id,
        user=caller.user_id,
    )
    if row is None:
        raise NotFound(NO_SUCH_USER)
    return Settings.model_validate(row["settings"])


def store_settings(work: UnitOfWork, caller: Caller, settings: Settings) -> None:
    """Replace the caller's settings."""
    work.run(
        """UPDATE users SET settings = CAST(:settings AS jsonb)
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)""",
        settings=settings.model_dump_json(),
        organization=caller.organization_id,
        user=caller.user_id,
    )
    work.after_commit(lambda: cache().invalidate(caller.organization_id, [user_tag(caller.user_id)]))

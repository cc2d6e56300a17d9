"""The types of sources: what each must be told, and how to connect to it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from assistant.platform.errors import Invalid
from assistant.search.sources.port import Connector

SourceTypeName = Literal["confluence", "jira", "gitlab", "github"]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\"\\]+$")
]
Names = Annotated[list[Name], Field(max_length=100)]


class Configuration(BaseModel):
    """What every source is told. Nothing secret belongs here: it is shown to every user."""

    model_config = ConfigDict(extra="forbid")

    base_url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]

    @field_validator("base_url")
    @classmethod
    def without_slash(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")) or any(character.isspace() for character in value):
            raise ValueError("write an address like https://wiki.example.com")
        if "@" in value.split("/")[2]:
            raise ValueError("leave out user and password: they belong into `secret`")
        return value.rstrip("/")


class Atlassian(Configuration):
    deployment: Literal["cloud", "server"] = Field(
        "cloud", description="cloud signs in with `email` and an API token, server with a personal access token"
    )
    email: str = Field("", max_length=254, description="The account of the API token (cloud)")


class Confluence(Atlassian):
    spaces: Names = Field(description="Keys of the spaces to read")
    include_attachments: bool = True


class Jira(Atlassian):
    projects: Names = Field(description="Keys of the projects to read")
    include_attachments: bool = True


class GitLab(Configuration):
    base_url: str = "https://gitlab.com"
    projects: Names = Field(description="Paths like group/project")
    include_issues: bool = True
    include_files: bool = Field(True, description="Readable files of the default branch")


class GitHub(Configuration):
    base_url: str = "https://api.github.com"
    repositories: Names = Field(description="Names like owner/repository")
    include_issues: bool = True
    include_files: bool = Field(True, description="Readable files of the default branch")


@dataclass(frozen=True)
class SourceType:
    """`secret` says what opens the source, `categories` which of its settings lists what is read.

    The connector is imported when it is needed, with its client library.
    """

    name: str
    about: str
    configuration: type[Configuration]
    secret: str
    module: str
    categories: str

    def only(self, config: dict[str, Any], categories: list[str]) -> dict[str, Any]:
        """The configuration of some of its spaces, projects or repositories; Invalid for one it does not have."""
        if unknown := set(categories) - set(config[self.categories]):
            raise Invalid(f"/categories: {min(unknown)} is none of the source's {self.categories}.")
        return {**config, self.categories: categories}

    def connect(self, config: dict[str, Any], secret: str) -> Connector:
        connect: Callable[[Any, str], Connector] = import_module(
            f"assistant.search.sources.connectors.{self.module}"
        ).connect
        return connect(self.configuration.model_validate(config), secret)


TYPES: dict[str, SourceType] = {
    each.name: each
    for each in (
        SourceType("confluence", "Pages and attachments of Confluence spaces", Confluence,
                   "An API token (cloud) or a personal access token (server)", "confluence", "spaces"),
        SourceType("jira", "Issues of Jira projects with their comments and attachments", Jira,
                   "An API token (cloud) or a personal access token (server)", "jira", "projects"),
        SourceType("gitlab", "Issues and files of GitLab projects", GitLab,
                   "An access token with the scopes read_api and read_repository", "gitlab", "projects"),
        SourceType("github", "Issues and files of GitHub repositories", GitHub,
                   "A fine-grained token that may read contents, issues and metadata", "github", "repositories"),
    )
}  # fmt: skip


def checked(source_type: str, config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with its defaults; Invalid with a pointer to each mistake."""
    try:
        return TYPES[source_type].configuration.model_validate(config).model_dump(mode="json")
    except ValidationError as error:
        errors = [
            {"pointer": "/".join(["/config", *map(str, item["loc"])]), "detail": item["msg"]} for item in error.errors()
        ]
        raise Invalid(f"{errors[0]['pointer']}: {errors[0]['detail']}", errors=errors) from error

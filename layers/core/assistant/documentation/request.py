"""What is asked of documentation, and the task that it becomes."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from assistant.documentation.code.languages import BY_NAME
from assistant.documentation.kinds import AUDIENCES, DETAIL_LEVELS, FORMATS, KINDS

MOST_TEXT = 1_000_000  # characters of code as text
MOST_FILE = 4_000_000  # bytes of a file in the body: a function is invoked with 6 MB, and base64 takes a third

DocumentationType = Literal[
    "readme", "api_reference", "technical_specification", "user_guide", "developer_guide", "architecture",
    "code_comments", "quality_report",
]  # fmt: skip
Audience = Literal["developers", "architects", "operators", "users", "managers"]
DetailLevel = Literal["brief", "detailed", "comprehensive"]
OutputFormat = Literal["md", "html", "docx"]


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("NUL characters are not text")
    return text


def _known(language: str) -> str:
    if language not in BY_NAME:
        raise ValueError(f"one of: {', '.join(sorted(BY_NAME))}")
    return language


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_storable)]
LanguageName = Annotated[str, StringConstraints(max_length=30, to_lower=True), AfterValidator(_known)]


class TextInput(BaseModel):
    """Code as text. The language is told by `language`, else by the suffix of `filename`."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["string"] = "string"
    code: Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT), AfterValidator(_storable)]
    language: LanguageName | None = None
    filename: Line = ""


class FileInput(BaseModel):
    """A file or an archive (zip, tar, tar.gz, tar.bz2) in base64."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["file"]
    filename: Annotated[Line, StringConstraints(min_length=1)]
    content: Annotated[Base64Bytes, Field(min_length=1, max_length=MOST_FILE)]


class RepositoryInput(BaseModel):
    """A public repository on GitHub or on any GitLab that this deployment reaches."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["repository"]
    url: Annotated[Line, StringConstraints(min_length=1)]
    reference: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = Field(
        default=None, description="A branch, tag or commit; the default branch when left out"
    )


CodeInput = Annotated[TextInput | FileInput | RepositoryInput, Field(discriminator="type")]


class Wish(BaseModel):
    """How the document shall be."""

    documentation_type: DocumentationType = "readme"
    target_audience: Audience = "developers"
    detail_level: DetailLevel = "detailed"
    include_examples: bool = True
    include_diagrams: bool = True
    output_format: OutputFormat = "md"


class DocumentationTask(Wish):
    """Arguments of the task `generate_documentation`. The code is an object in the bucket, or still at its address."""

    model_config = ConfigDict(extra="forbid")

    name: str
    filename: str = ""
    object_key: str = ""
    repository_url: str = ""
    repository_reference: str | None = None
    calls: int = Field(ge=1, description="Calls to the model that are held for")


assert set(KINDS) == set(DocumentationType.__args__)  # type: ignore[attr-defined]
assert set(AUDIENCES) == set(Audience.__args__)  # type: ignore[attr-defined]
assert set(DETAIL_LEVELS) == set(DetailLevel.__args__)  # type: ignore[attr-defined]
assert set(FORMATS) == set(OutputFormat.__args__)  # type: ignore[attr-defined]

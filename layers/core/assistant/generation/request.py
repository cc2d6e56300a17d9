"""The request for an RFC, and what it can cost at most."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.generation.template import sections

FEWEST_TOKENS = 64  # of an answer
WORDS_PER_TOKEN = 0.5  # a low estimate for English and Russian, so that the length asked for fits max_tokens

MOST_STATEMENTS = 48

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Statement(BaseModel):
    """What the author has said about the document: the answer to a question."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class RfcRequest(BaseModel):
    """Arguments of the task `llm_generate_rfc`."""

    model_config = ConfigDict(extra="forbid")

    topic: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
    task_type: Literal["new_feature", "modify_existing", "analyze_current"] = "new_feature"
    sections: list[Title] = Field(default=[], max_length=12, description="Titles; the house template when empty")
    target_length: int = Field(default=400, ge=100, le=8000, description="Words of the whole document")
    template: Literal["standard"] = "standard"
    sources: list[Annotated[str, StringConstraints(min_length=1, max_length=64)]] = Field(
        default=[], max_length=50, description="Ids of documents to draw on; all that the search finds when empty"
    )
    statements: list[Statement] = Field(
        default=[], max_length=MOST_STATEMENTS, description="What the author has decided; the document keeps to it"
    )

    @property
    def section_count(self) -> int:
        return len(sections(tuple(self.sections)))

    @property
    def section_tokens(self) -> int:
        """max_tokens of one section."""
        return max(FEWEST_TOKENS, round(self.target_length / self.section_count / WORDS_PER_TOKEN))

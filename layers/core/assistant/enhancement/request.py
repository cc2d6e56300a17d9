"""The request to enhance a document."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

LONGEST = 40_000  # characters of a document: on a slow model an hour's work, more is asked for in parts

EnhancementType = Literal["clarity", "structure", "grammar", "technical_depth", "conciseness", "tone", "translation"]

# What the model is told to do, by type.
INSTRUCTIONS: dict[EnhancementType, str] = {
    "clarity": "Make it easier to understand: plain words, one thought in a sentence, the subject named.",
    "structure": "Put its sentences into the order in which a reader needs them, and join what belongs together.",
    "grammar": "Correct spelling, grammar and punctuation, and change nothing else.",
    "technical_depth": "Say more exactly how things work, only with what the passage itself says or plainly implies.",
    "conciseness": "Say the same in fewer words: leave out repetition and filler, keep every fact.",
    "tone": "Give it a calm and professional tone, without slang and without exaggeration.",
    "translation": "Translate it.",
}

LINE = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)


class EnhancementRequest(BaseModel):
    """Arguments of the task `llm_enhance_document`: a stored document, or a text."""

    model_config = ConfigDict(extra="forbid")

    document_id: UUID | None = None
    text: str | None = Field(default=None, max_length=LONGEST, description="Markdown or plain text")
    title: Annotated[str, LINE] | None = Field(default=None, description="Of the text; a document has its own")
    enhancement_type: EnhancementType = "clarity"
    target_audience: Annotated[str, LINE] = "software engineers"
    target_language: Annotated[str, LINE] | None = Field(default=None, description="For a translation, such as English")
    preserve_structure: bool = Field(
        default=True, description="Drop changes that lose or invent headings, lists, links, code or numbers"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.document_id is None) == (not (self.text or "").strip()):
            raise ValueError("give either document_id or a text that is not blank")
        if (self.enhancement_type == "translation") != (self.target_language is not None):
            raise ValueError("a translation needs target_language, and nothing else takes it")
        return self

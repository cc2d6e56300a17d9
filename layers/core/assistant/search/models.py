"""What is asked of search and what it answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MOST_FILTER_VALUES = 50


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("NUL characters are not text")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_storable)]
Label = Annotated[Text, StringConstraints(min_length=1, max_length=100, to_lower=True)]


class SearchFilters(BaseModel):
    """All that are given must hold; within one list, any of its values."""

    model_config = ConfigDict(extra="forbid")

    tags: list[Label] = Field(default=[], max_length=MOST_FILTER_VALUES)
    document_ids: list[UUID] = Field(default=[], max_length=MOST_FILTER_VALUES)


class SearchQuery(BaseModel):
    """Words, and "phrases in quotes", in any language and without a syntax to get wrong."""

    query: Annotated[Text, StringConstraints(min_length=1, max_length=1000)]
    sources: list[Label] = Field(
        default=[], max_length=MOST_FILTER_VALUES, description="Names of sources; uploads are the source `upload`"
    )
    source_types: list[Label] = Field(default=[], max_length=MOST_FILTER_VALUES)
    collections: list[Label] = Field(default=[], max_length=MOST_FILTER_VALUES)
    mode: Literal["hybrid", "lexical", "vector"] = Field(
        default="hybrid", description="By words and by vectors; or by one of them alone"
    )
    limit: int = Field(default=10, ge=1, le=100)
    threshold: float = Field(default=0.0, ge=0.0, le=1.0, description="Results with a lower score are left out")
    filters: SearchFilters = SearchFilters()
    include_content: bool = True
    one_per_document: bool = Field(default=False, description="Only the best chunk of each document")


class SearchResult(BaseModel):
    """A chunk that was found."""

    document_id: UUID
    chunk_index: int
    title: str
    heading: str = Field(description='The headings above the text, as in "Budgets > Holds"')
    content: str | None = Field(description="The chunk's text; null unless include_content")
    highlights: list[str] = Field(
        description="Plain text, not HTML. What matched stands between ⟦ and ⟧, which occur nowhere else in it"
    )
    score: float = Field(
        description="0 to 1, what results are ordered by. Fused: 1 for the first of both rankings. By words alone: "
        "the share of the query's weight that the chunk carries"
    )
    lexical_score: float | None = Field(
        default=None, description="The share of the query's weight that the chunk carries; null when it shares no word"
    )
    similarity: float | None = Field(
        default=None, description="Cosine similarity to the query; null when the chunk is not among the nearest"
    )
    source_type: str
    collection: str
    url: str | None = Field(description="Where the original is; null for uploads")
    created_at: datetime


class SearchResults(BaseModel):
    """The best chunks first."""

    results: list[SearchResult]
    total_found: int = Field(
        description="Chunks that pass the filters and share a word with the query, or that are near it where those are "
        "more; threshold and limit pick from them"
    )
    degraded: Literal["embeddings_unavailable", "budget_exceeded"] | None = Field(
        default=None, description="Why this search went by words alone; null when it did as asked"
    )
    search_time_ms: float
    cached: bool = Field(default=False, description="Whether the answer was remembered from an earlier search")

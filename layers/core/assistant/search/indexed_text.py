"""A text that a client puts into the index itself, under an id of its own."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Conflict
from assistant.search import index
from assistant.search.chunk import chunk_blocks
from assistant.search.collections import COLLECTIONS, collection_of
from assistant.search.embeddings.documents import embed_soon
from assistant.search.models import Label, Text
from assistant.search.parse import parse

SUFFIXES = {"text/plain": ".txt", "text/markdown": ".md", "text/html": ".html", "application/json": ".json",
            "text/csv": ".csv", "application/yaml": ".yaml"}  # fmt: skip
MOST_CHARACTERS = 2_000_000
TEXT = Field(min_length=1, max_length=MOST_CHARACTERS)
Name = Annotated[Text, StringConstraints(max_length=200)]


class IndexedText(BaseModel):
    """`doc_id` is the client's: the same one again replaces the text. Without one it is made from the text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, TEXT]
    doc_id: Name = ""
    title: Annotated[Text, StringConstraints(max_length=300)] = ""
    source: Label = Field(default="index", description="What searches name it by in `sources`")
    source_type: Label = "index"
    collection: str = Field(default="", description="By the type of the source when left out")
    author: Name = ""
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    url: Annotated[Text, StringConstraints(max_length=2000, pattern=r"^(https?://\S+)?$")] = ""
    tags: Annotated[list[Annotated[Label, StringConstraints(max_length=50)]], Field(max_length=20)] = []
    content_type: Literal[
        "text/plain", "text/markdown", "text/html", "application/json", "text/csv", "application/yaml"
    ] = "text/markdown"

    @field_validator("source")
    @classmethod
    def not_taken(cls, value: str) -> str:
        """Uploads and configured sources name their documents themselves."""
        try:
            uuid.UUID(value)
        except ValueError:
            if value != "upload":
                return value
        raise ValueError("this name is taken: write another one")

    @field_validator("collection")
    @classmethod
    def known(cls, value: str) -> str:
        if value and value not in COLLECTIONS:
            raise ValueError(f"one of: {', '.join(COLLECTIONS)}")
        return value

    @property
    def changed_at(self) -> datetime | None:
        return self.updated_at or self.created_at


def index_text(work: UnitOfWork, caller: Caller, wanted: IndexedText) -> tuple[str, str, int]:
    """Store the chunks of a text, findable once the transaction commits: (document's id, client's id, chunks).

    Raises Invalid when the text is broken, Conflict when the id belongs to a colleague's document.
    """
    content = wanted.text.encode()
    digest = hashlib.sha256(content).hexdigest()
    external_id = wanted.doc_id or digest
    parsed = parse(content, f"text{SUFFIXES[wanted.content_type]}")
    chunks = chunk_blocks(parsed.blocks)
    entry = index.Entry(
        organization_id=caller.organization_id,
        user_id=caller.user_id,
        origin=wanted.source,
        external_id=external_id,
        title=wanted.title or external_id,
        filename=f"{external_id}{SUFFIXES[wanted.content_type]}"[-255:],
        content_type=parsed.media_type,
        content_hash=hashlib.sha256(json.dumps(wanted.model_dump(mode="json")).encode()).hexdigest(),
        size_bytes=len(content),
        source_type=wanted.source_type,
        collection=wanted.collection or collection_of(wanted.source_type),
        author=wanted.author,
        tags=tuple(dict.fromkeys(wanted.tags)),
        url=wanted.url or None,
        changed_at=wanted.changed_at,
    )
    written = index.put(work, entry, chunks, document_id=str(uuid.uuid4()), of_anyone=caller.is_admin)
    if written is None:
        raise Conflict("A colleague has indexed a document under this doc_id. Use another one.")
    document_id = str(written["document_id"])
    work.after_commit(lambda: embed_soon(work.database, caller.organization_id, caller.user_id, document_id))
    return document_id, external_id, len(chunks)

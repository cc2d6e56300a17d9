"""What a page of a source becomes: entries of the index with their chunks, parsed where their content is new."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.search.chunk import Chunk, chunk_blocks
from assistant.search.filenames import displayed
from assistant.search.index import Entry
from assistant.search.parse import parse
from assistant.search.sources.port import Item, Unreadable
from assistant.search.sources.store import Source


@dataclass(frozen=True)
class Read:
    """An item that was parsed; without chunks when its content is the one that is indexed."""

    entry: Entry
    chunks: Sequence[Chunk] | None


@dataclass
class Counts:
    """What a page or a part of a run came to."""

    processed: int = 0
    added: int = 0
    updated: int = 0
    deleted: int = 0
    errors: int = 0
    last_error: str | None = None

    def failed(self, reason: str) -> None:
        self.errors, self.last_error = self.errors + 1, reason[:500]


def read_items(
    items: Sequence[Item | Unreadable], known: dict[str, str], entry_of: Callable[[Item], Entry], counts: Counts
) -> Iterator[Read]:
    """Parse what is new or differs from what is indexed; `known` are the hashes of that by external id.

    Before the transaction that keeps it, since it takes its time. What cannot be read is counted, and what is indexed
    of it stays.
    """
    for item in items:
        if isinstance(item, Unreadable):
            counts.failed(item.reason)
            continue
        entry = entry_of(item)
        if known.get(item.external_id) == entry.content_hash:
            yield Read(entry, None)
            continue
        try:
            parsed = parse(item.content, item.filename)
        except AssistantError as error:
            counts.failed(f"{item.title}: {error.detail}")
            continue
        known[item.external_id] = entry.content_hash
        yield Read(replace(entry, content_type=parsed.media_type), chunk_blocks(parsed.blocks))


def entry_of(item: Item, source: Source, organization_id: str, task_id: str) -> Entry:
    """The document of an item, seen by this run."""
    said = json.dumps([item.title, item.url, item.author, item.tags], ensure_ascii=False).encode()
    return Entry(
        organization_id=organization_id,
        user_id=source.created_by,
        origin=source.source_id,
        external_id=item.external_id,
        title=_clean(item.title)[:300] or item.external_id,
        filename=displayed(item.filename),
        content_type="",
        content_hash=hashlib.sha256(said + b"\0" + item.content).hexdigest(),
        size_bytes=len(item.content),
        source_type=source.source_type,
        collection=source.source_type,
        author=_clean(item.author)[:200],
        tags=tuple(_clean(tag)[:50] for tag in item.tags[:20]),
        url=item.url,
        changed_at=item.changed_at if item.changed_at.year > 1970 else None,
        source_id=source.source_id,
        seen_in=task_id,
    )


def hashes(work: UnitOfWork, organization_id: str, source_id: str, external_ids: list[str]) -> dict[str, str]:
    """What is indexed of these, by external id."""
    rows = work.run(
        """SELECT external_id, content_hash FROM documents
           WHERE organization_id = CAST(:organization AS uuid) AND origin = :origin
             AND external_id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))""",
        organization=organization_id,
        origin=source_id,
        ids=json.dumps(external_ids),
    )
    return {row["external_id"]: row["content_hash"] for row in rows}


def tick(work: UnitOfWork, organization_id: str, source_id: str, task_id: str, external_ids: list[str]) -> None:
    """Write down that the run saw these at the source."""
    work.run(
        """UPDATE documents SET seen_in = CAST(:task AS uuid)
           WHERE organization_id = CAST(:organization AS uuid) AND origin = :origin
             AND external_id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))
             AND seen_in IS DISTINCT FROM CAST(:task AS uuid)""",
        task=task_id,
        organization=organization_id,
        origin=source_id,
        ids=json.dumps(external_ids),
    )


def unticked(work: UnitOfWork, organization_id: str, source_id: str, task_id: str, after: str, limit: int) -> list[Row]:
    """What is indexed and the run did not see, in the order of external ids: (document_id, external_id)."""
    return work.run(
        """SELECT CAST(document_id AS text) AS document_id, external_id FROM documents
           WHERE organization_id = CAST(:organization AS uuid) AND origin = :origin
             AND seen_in IS DISTINCT FROM CAST(:task AS uuid) AND external_id COLLATE "C" > :after
           ORDER BY external_id COLLATE "C" LIMIT :limit""",
        organization=organization_id,
        origin=source_id,
        task=task_id,
        after=after,
        limit=limit,
    )


def _clean(text: str) -> str:
    return "".join(
        character for character in text if character >= " " and not "\ud800" <= character <= "\udfff"
    ).strip()

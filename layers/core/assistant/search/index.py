"""The index: documents and their chunks, written whole, replaced whole, deleted whole."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from assistant.platform.cache import cache
from assistant.platform.cache_keys import document_tag
from assistant.platform.db import Row, UnitOfWork
from assistant.search.changes import index_changed
from assistant.search.chunk import Chunk

BATCH = 500  # chunks a statement: about a megabyte of parameters


@dataclass(frozen=True)
class Entry:
    """A document as the index knows it.

    `origin` names it by `external_id`: `upload` by the file's name, `index` by the id that a client gave, a source by
    its own. `changed_at` is when its origin changed it, in RFC 3339; none means now.
    """

    organization_id: str
    user_id: str
    origin: str
    external_id: str
    title: str
    filename: str
    content_type: str
    content_hash: str
    size_bytes: int
    source_type: str = "upload"
    collection: str = "uploaded_files"
    description: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    object_key: str | None = None
    url: str | None = None
    changed_at: datetime | None = None
    source_id: str | None = None
    seen_in: str | None = None


def put(work: UnitOfWork, entry: Entry, chunks: Sequence[Chunk], *, document_id: str, of_anyone: bool) -> Row | None:
    """Insert the document, or rewrite the one that its origin calls the same; (document_id, object_key).

    None when that one is a colleague's and `of_anyone` is false; nothing is changed then. `document_id` is a new
    document's. Found by words when the transaction commits, by its vectors once they are made.
    """
    written = work.one(
        """INSERT INTO documents AS held (document_id, organization_id, uploaded_by, origin, external_id, title,
               filename, content_type, content_hash, size_bytes, source_type, collection, description, author, tags,
               object_key, url, changed_at, source_id, seen_in, chunk_count)
           VALUES (CAST(:document_id AS uuid), CAST(:organization_id AS uuid), CAST(:user_id AS uuid), :origin,
               :external_id, :title, :filename, :content_type, :content_hash, :size_bytes, :source_type, :collection,
               :description, :author, ARRAY(SELECT jsonb_array_elements_text(CAST(:tags AS jsonb))), :object_key, :url,
               CAST(:changed_at AS timestamptz), CAST(:source_id AS uuid), CAST(:seen_in AS uuid), :chunk_count)
           ON CONFLICT (organization_id, origin, external_id) DO UPDATE
           SET title = excluded.title, filename = excluded.filename, content_type = excluded.content_type,
               content_hash = excluded.content_hash, size_bytes = excluded.size_bytes,
               source_type = excluded.source_type, collection = excluded.collection,
               description = excluded.description, author = excluded.author, tags = excluded.tags, url = excluded.url,
               changed_at = excluded.changed_at, seen_in = excluded.seen_in, chunk_count = excluded.chunk_count,
               embedded_with = NULL, updated_at = now()
           WHERE held.organization_id = CAST(:organization_id AS uuid)
             AND (held.uploaded_by = CAST(:user_id AS uuid) OR CAST(:of_anyone AS boolean))
           RETURNING CAST(document_id AS text) AS document_id, object_key""",
        document_id=document_id,
        chunk_count=len(chunks),
        of_anyone=of_anyone,
        **{**asdict(entry), "tags": json.dumps(entry.tags)},
    )
    if written is not None:
        _write_chunks(work, entry.organization_id, written["document_id"], entry.title, chunks)
        changed(work, entry.organization_id, [written["document_id"]])
    return written


def changed(work: UnitOfWork, organization_id: str, document_ids: Sequence[str]) -> None:
    """What was cached from these documents, or from a search, ends with this transaction's commit."""
    index_changed(work, organization_id)
    if tags := [document_tag(document_id) for document_id in document_ids]:
        work.after_commit(lambda: cache().invalidate(organization_id, tags))


def delete(work: UnitOfWork, organization_id: str, document_ids: Sequence[str]) -> list[Row]:
    """Delete documents with their chunks and vectors; (document_id, object_key) of those that were there."""
    deleted = work.run(
        """WITH wanted AS (
               SELECT CAST(value AS uuid) AS document_id FROM jsonb_array_elements_text(CAST(:ids AS jsonb))
           )
           DELETE FROM documents USING wanted
           WHERE documents.organization_id = CAST(:organization_id AS uuid)
             AND documents.document_id = wanted.document_id
           RETURNING CAST(documents.document_id AS text) AS document_id, object_key""",
        organization_id=organization_id,
        ids=json.dumps(list(document_ids)),
    )
    changed(work, organization_id, [row["document_id"] for row in deleted])
    return deleted


def _write_chunks(
    work: UnitOfWork, organization_id: str, document_id: str, title: str, chunks: Sequence[Chunk]
) -> None:
    """Replace the chunks of a document, which the caller has locked by writing its row."""
    whose = {"organization_id": organization_id, "document_id": document_id}
    work.run(
        """DELETE FROM chunks
           WHERE organization_id = CAST(:organization_id AS uuid) AND document_id = CAST(:document_id AS uuid)""",
        **whose,
    )
    for start in range(0, len(chunks), BATCH):
        rows = [
            {"chunk_index": chunk.index, "heading": chunk.heading, "content": chunk.content}
            for chunk in chunks[start : start + BATCH]
        ]
        # JSON rather than arrays: the driver escapes array elements a character at a time, in Python.
        work.run(
            """INSERT INTO chunks (organization_id, document_id, title, chunk_index, heading, content)
               SELECT CAST(:organization_id AS uuid), CAST(:document_id AS uuid), :title, chunk_index, heading, content
               FROM json_to_recordset(CAST(:rows AS json)) AS row (chunk_index integer, heading text, content text)""",
            title=title,
            rows=json.dumps(rows, ensure_ascii=False),
            **whose,
        )

"""Taking documents in: the original into the bucket, its chunks into the index, both or neither."""

import json
import uuid
from dataclasses import dataclass

from assistant.identity.caller import Caller
from assistant.platform import objects
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import Conflict
from assistant.search.changes import index_changed
from assistant.search.chunk import Chunk, chunk_blocks
from assistant.search.embeddings.documents import embed_soon
from assistant.search.filenames import in_key
from assistant.search.index import Entry, put
from assistant.search.parse import parse
from assistant.search.uploads import MOST_BYTES, Checked, Upload, check


@dataclass(frozen=True)
class StoredDocument:
    """What is kept. `indexed` is False when the same content was there already and nothing was done again."""

    document_id: str
    title: str
    filename: str
    chunks: int
    size_bytes: int
    sha256: str
    indexed: bool


def store_document(work: UnitOfWork, caller: Caller, upload: Upload, most_bytes: int = MOST_BYTES) -> StoredDocument:
    """Store a file and make it findable once the transaction commits.

    The file name identifies a document within its organization: the same content again is not indexed again, other
    content replaces it. Raises PayloadTooLarge, Invalid, UnsupportedMediaType, and Conflict when the name belongs
    to a colleague's document with other content.
    """
    document = check(upload, most_bytes)
    held = _find(work, caller, document.filename)
    if held is not None and held["content_hash"] == document.sha256:
        title = _describe_again(work, caller, document, held)
        return _stored(held["document_id"], title, document, held["chunk_count"], indexed=False)
    parsed = parse(document.content, document.filename, document.declared_type)
    chunks = chunk_blocks(parsed.blocks)
    document_id, object_key = _write(work, caller, document, parsed.media_type, chunks)
    # Last, so that whatever can be refused has been. Should the commit fail, uploading again overwrites the object.
    objects.put(object_key, document.content, parsed.media_type)
    work.after_commit(lambda: embed_soon(work.database, caller.organization_id, caller.user_id, document_id))
    return _stored(document_id, document.title, document, len(chunks), indexed=True)


def _stored(document_id: str, title: str, document: Checked, chunks: int, *, indexed: bool) -> StoredDocument:
    return StoredDocument(
        document_id, title, document.filename, chunks, len(document.content), document.sha256, indexed
    )


def _find(work: UnitOfWork, caller: Caller, filename: str) -> Row | None:
    return work.one(
        """SELECT CAST(document_id AS text) AS document_id, CAST(uploaded_by AS text) AS uploaded_by, content_hash,
                  title, description, author, tags, chunk_count
           FROM documents
           WHERE organization_id = CAST(:organization_id AS uuid)
             AND origin = 'upload' AND external_id = :filename""",
        organization_id=caller.organization_id,
        filename=filename,
    )


def _describe_again(work: UnitOfWork, caller: Caller, document: Checked, held: Row) -> str:
    """Keep a changed title, description, author or tags of a document whose content is the same; return its title.

    What a colleague said about it stays: only who uploaded it and administrators change that.
    """
    said = (document.title, document.description, document.author, list(document.tags))
    unchanged = said == (held["title"], held["description"], held["author"], held["tags"])
    if unchanged or (held["uploaded_by"] != caller.user_id and not caller.is_admin):
        return str(held["title"])
    whose = {"organization_id": caller.organization_id, "document_id": held["document_id"], "title": document.title}
    work.run(
        """UPDATE documents SET title = :title, description = :description, author = :author, updated_at = now(),
                  tags = ARRAY(SELECT jsonb_array_elements_text(CAST(:tags AS jsonb)))
           WHERE organization_id = CAST(:organization_id AS uuid) AND document_id = CAST(:document_id AS uuid)""",
        description=document.description,
        author=document.author,
        tags=json.dumps(document.tags),
        **whose,
    )
    work.run(  # the title's words find every chunk
        """UPDATE chunks SET title = :title
           WHERE organization_id = CAST(:organization_id AS uuid) AND document_id = CAST(:document_id AS uuid)
             AND title <> :title""",
        **whose,
    )
    index_changed(work, caller.organization_id)
    return document.title


def _write(
    work: UnitOfWork, caller: Caller, document: Checked, media_type: str, chunks: list[Chunk]
) -> tuple[str, str]:
    """Insert the document, or rewrite the one that has the name; return its id and the key of its original."""
    document_id = str(uuid.uuid4())
    entry = Entry(
        organization_id=caller.organization_id,
        user_id=caller.user_id,
        origin="upload",
        external_id=document.filename,
        title=document.title,
        filename=document.filename,
        content_type=media_type,
        content_hash=document.sha256,
        size_bytes=len(document.content),
        description=document.description,
        author=document.author,
        tags=document.tags,
        object_key=f"{caller.organization_id}/{document_id}/{in_key(document.filename)}",
    )
    written = put(work, entry, chunks, document_id=document_id, of_anyone=caller.is_admin)
    if written is None:
        raise Conflict(
            f"A colleague's document is called {document.filename}. Upload yours under another name, "
            "or ask them or an administrator to replace it."
        )
    return written["document_id"], written["object_key"]

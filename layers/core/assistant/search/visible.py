"""Documents by their id: whether somebody may see or delete them, and whether they are still there."""

import json
import uuid
from collections.abc import Iterable

from assistant.identity.caller import Caller
from assistant.identity.ownership import require_owner
from assistant.platform import objects
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import Conflict, NotFound
from assistant.search import index

NO_SUCH_DOCUMENT = "There is no such document, or it is not yours."


def still_there(work: UnitOfWork, organization_id: str, document_ids: Iterable[str]) -> set[str]:
    """Those of the documents that are still in the index: what cites another one shows nothing of it any more."""
    rows = work.run(
        """SELECT CAST(document_id AS text) AS document_id FROM documents
           WHERE organization_id = CAST(:organization_id AS uuid)
             AND document_id IN (SELECT CAST(value AS uuid) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))""",
        organization_id=organization_id,
        ids=json.dumps(list(document_ids)),
    )
    return {row["document_id"] for row in rows}


def find_document(work: UnitOfWork, caller: Caller, document_id: str) -> Row:
    """A document that the caller may read, by its id or by the one that a client gave when it indexed it.

    Raises NotFound for what is not there, of another organization, or of a source for other teams.
    """
    row = work.one(
        """SELECT CAST(document_id AS text) AS document_id, CAST(documents.uploaded_by AS text) AS uploaded_by,
                  documents.title, documents.object_key, sources.name AS source_name
           FROM documents
           LEFT JOIN sources ON sources.source_id = documents.source_id
             AND sources.organization_id = CAST(:organization_id AS uuid)
           WHERE documents.organization_id = CAST(:organization_id AS uuid)
             AND (document_id = CAST(:id AS uuid)
                  OR (external_id = :external_id AND documents.source_id IS NULL AND origin <> 'upload'))
             AND (documents.source_id IS NULL OR (is_enabled AND (team_ids = '{}' OR :is_admin OR EXISTS (
                  SELECT FROM users
                  WHERE users.organization_id = CAST(:organization_id AS uuid)
                    AND users.user_id = CAST(:user_id AS uuid) AND users.team_id = ANY (team_ids)))))
           ORDER BY document_id = CAST(:id AS uuid) DESC NULLS LAST, documents.created_at LIMIT 1""",
        organization_id=caller.organization_id,
        user_id=caller.user_id,
        is_admin=caller.is_admin,
        id=_uuid(document_id),
        external_id=document_id,
    )
    if row is None:
        raise NotFound(NO_SUCH_DOCUMENT)
    return row


def delete_document(work: UnitOfWork, caller: Caller, document_id: str) -> str:
    """Delete a document of the caller's, or any as an administrator: gone from the next search; its id.

    Raises NotFound, and Conflict for what a source brings back: that is deleted where it is from.
    """
    row = find_document(work, caller, document_id)
    require_owner(caller, row["uploaded_by"], NO_SUCH_DOCUMENT)
    if row["source_name"] is not None:
        raise Conflict(f"The document is from {row['source_name']}, which would bring it back. Delete it there.")
    index.delete(work, caller.organization_id, [row["document_id"]])
    if row["object_key"]:
        work.after_commit(lambda: objects.delete(row["object_key"]))
    return str(row["document_id"])


def _uuid(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None

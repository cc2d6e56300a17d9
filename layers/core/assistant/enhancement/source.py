"""The text that is enhanced: what was sent along, or a stored document's."""

from pathlib import PurePosixPath

from assistant.enhancement.request import LONGEST, EnhancementRequest
from assistant.platform import objects
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Invalid, NotFound
from assistant.search.encoding import decode

AS_IT_IS = {".md", ".txt"}  # formats whose original is the text itself
MOST_OVERLAP = 200  # characters that a chunk may repeat of the one before
NO_SUCH_DOCUMENT = "There is no such document, or you may not read it."


def text_of(
    work: UnitOfWork, request: EnhancementRequest, organization_id: str | None, user_id: str | None = None
) -> tuple[str, str]:
    """(title, text). With a user, only what that user may read.

    A file of plain text is taken as it was uploaded; of other formats the text that search reads. Raises NotFound,
    and Invalid for what is too long or holds no text.
    """
    if request.document_id is None:
        return request.title or "Text", (request.text or "").replace("\r\n", "\n").replace("\x00", "")
    row = work.one(
        """SELECT d.title, d.filename, d.object_key FROM documents d
           LEFT JOIN sources s ON s.source_id = d.source_id AND s.organization_id = CAST(:organization AS uuid)
           WHERE d.organization_id = CAST(:organization AS uuid) AND d.document_id = CAST(:document AS uuid)
             AND (d.source_id IS NULL OR CAST(:user AS text) IS NULL OR s.is_enabled AND EXISTS (
                  SELECT FROM users u
                  WHERE u.organization_id = CAST(:organization AS uuid) AND u.user_id = CAST(:user AS uuid)
                    AND (s.team_ids = '{}' OR u.team_id = ANY (s.team_ids) OR u.role = 'admin')))""",
        organization=organization_id,
        document=str(request.document_id),
        user=user_id,
    )
    if row is None:
        raise NotFound(NO_SUCH_DOCUMENT)
    if row["object_key"] and PurePosixPath(row["filename"]).suffix.lower() in AS_IT_IS:
        text = decode(objects.get(row["object_key"]), supported=", ".join(sorted(AS_IT_IS)))
    else:
        text = _of_chunks(work, organization_id, str(request.document_id))
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise Invalid(f"The document has {len(text)} characters, and {LONGEST} can be enhanced at once. Send a part.")
    if not text.strip():
        raise Invalid("The document holds no text.")
    return row["title"], text


def _of_chunks(work: UnitOfWork, organization_id: str | None, document_id: str) -> str:
    rows = work.run(
        """SELECT content FROM chunks
           WHERE organization_id = CAST(:organization AS uuid) AND document_id = CAST(:document AS uuid)
           ORDER BY chunk_index""",
        organization=organization_id,
        document=document_id,
    )
    text = ""
    for row in rows:
        content: str = row["content"]
        again = max((n for n in range(min(MOST_OVERLAP, len(content)), 0, -1) if text.endswith(content[:n])), default=0)
        text += ("" if again or not text else "\n\n") + content[again:]
    return text

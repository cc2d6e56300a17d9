"""Finished documents about code, read by their owners."""

from dataclasses import dataclass

from assistant.documentation.export import Exported, export
from assistant.identity.caller import Caller
from assistant.identity.ownership import require_owner
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import NotFound
from assistant.search.filenames import in_key

NO_SUCH = "There is no such document here."


@dataclass(frozen=True)
class CodeDocument:
    """A document as it was written, in Markdown."""

    title: str
    output_format: str
    content: str


def get_code_document(work: UnitOfWork, caller: Caller, document_id: str) -> CodeDocument:
    """The document of its owner, or of anyone of the organisation to an administrator. Raises NotFound."""
    row = work.one(
        """SELECT CAST(user_id AS text) AS user_id, title, output_format, content FROM code_documents
           WHERE organization_id = CAST(:organization AS uuid) AND document_id = CAST(:document AS uuid)""",
        organization=caller.organization_id,
        document=document_id,
    )
    if row is None:
        raise NotFound(NO_SUCH)
    require_owner(caller, row.pop("user_id"), NO_SUCH)
    return CodeDocument(**row)


def as_file(document: CodeDocument, output_format: str | None) -> Exported:
    """The document as a file, in the format that was asked for when it was ordered unless told another."""
    stem = in_key(document.title).rpartition(".")[0] or in_key(document.title)
    return export(document.title, document.content, output_format or document.output_format, stem)

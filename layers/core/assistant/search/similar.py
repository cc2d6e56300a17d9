"""Documents that are about the same as a given one."""

from dataclasses import dataclass
from typing import Literal

from assistant.identity.caller import Caller
from assistant.platform.db import Row, UnitOfWork
from assistant.search import nearest
from assistant.search.embeddings import configured
from assistant.search.search import passages
from assistant.search.visible import find_document

NEAR = 200  # chunks that are looked at; several may be of one document


@dataclass(frozen=True)
class Similar:
    """`by` vectors; or by words, where the document has no vectors (yet), with a share instead of a similarity."""

    by: Literal["vectors", "words"]
    documents: list[Row]


def similar(work: UnitOfWork, caller: Caller, document_id: str, limit: int) -> Similar:
    """The documents nearest to one, best first, without it; NotFound when the caller may not see it."""
    document = find_document(work, caller, document_id)
    model = configured.model()
    if model is not None:
        row = work.one(
            """SELECT CAST(avg(embedding) AS text) AS middle FROM embeddings
               WHERE organization_id = CAST(:organization_id AS uuid) AND model = :model
                 AND document_id = CAST(:document_id AS uuid)""",
            organization_id=caller.organization_id,
            model=model.key,
            document_id=document["document_id"],
        )
        if row and row["middle"]:
            rows = work.run(
                nearest.STATEMENTS[model.dimensions],
                organization_id=caller.organization_id,
                user_id=caller.user_id,
                document_id=document["document_id"],
                vector=row["middle"],
                model=model.key,
                floor=model.floor,
                near=NEAR,
                limit=limit,
            )
            return Similar("vectors", rows)
    return Similar("words", _by_words(work, caller, document, limit))


def _by_words(work: UnitOfWork, caller: Caller, document: Row, limit: int) -> list[Row]:
    begins = work.one(
        """SELECT content FROM chunks
           WHERE organization_id = CAST(:organization_id AS uuid) AND document_id = CAST(:document_id AS uuid)
           ORDER BY chunk_index LIMIT 1""",
        organization_id=caller.organization_id,
        document_id=document["document_id"],
    )
    text = f"{document['title']} {begins['content'] if begins else ''}".replace('"', " ")
    found = passages(work, caller.organization_id, caller.user_id, text, (limit + 1) * 3)
    best: dict[str, Row] = {}
    for passage in found:
        if passage.document_id != document["document_id"]:
            best.setdefault(
                passage.document_id,
                {"document_id": passage.document_id, "title": passage.title, "similarity": passage.score},
            )
    return list(best.values())[:limit]

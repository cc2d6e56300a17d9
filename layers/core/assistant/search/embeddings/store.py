"""Keeping vectors, and finding the chunks that have none of the configured model yet."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.platform.db import UnitOfWork
from assistant.search.embeddings.port import Model, Vector


@dataclass(frozen=True)
class Unembedded:
    """A chunk without a vector. `text` is what a vector is made of: title, headings and content."""

    chunk_id: int
    document_id: str
    text: str


def written(vector: Vector) -> str:
    """As pgvector reads it; five digits are more than half precision holds."""
    return "[" + ",".join(f"{number:.5g}" for number in vector) + "]"


def missing(
    work: UnitOfWork, organization_id: str, model: Model, limit: int, *, after: int = 0, document_id: str | None = None
) -> list[Unembedded]:
    """The next chunks without a vector of the model, in the order of their ids."""
    rows = work.run(
        """SELECT chunk_id, CAST(document_id AS text) AS document_id, title, heading, content FROM chunks
           WHERE organization_id = CAST(:organization_id AS uuid) AND chunk_id > :after
             AND (CAST(:document_id AS uuid) IS NULL OR document_id = CAST(:document_id AS uuid))
             AND NOT EXISTS (
                 SELECT FROM embeddings
                 WHERE embeddings.chunk_id = chunks.chunk_id AND model = :model
                   AND embeddings.organization_id = CAST(:organization_id AS uuid)
             )
           ORDER BY chunk_id LIMIT :limit""",
        organization_id=organization_id,
        document_id=document_id,
        model=model.key,
        after=after,
        limit=limit,
    )
    return [
        Unembedded(
            row["chunk_id"],
            row["document_id"],
            passage_text(row["title"], row["heading"], row["content"], model),
        )
        for row in rows
    ]


def passage_text(title: str, heading: str, content: str, model: Model) -> str:
    """What stands for a chunk: its content, under what says where it is from."""
    return "\n".join(filter(None, (title, heading, content)))[: model.characters]


def keep(
    work: UnitOfWork, organization_id: str, model: Model, chunks: Sequence[Unembedded], vectors: Sequence[Vector]
) -> int:
    """Store vectors; how many. A chunk that was deleted meanwhile is passed over."""
    rows = [
        {"chunk_id": chunk.chunk_id, "embedding": written(vector)}
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]
    return len(
        work.run(
            """INSERT INTO embeddings (chunk_id, model, dimensions, organization_id, document_id, embedding)
               SELECT chunk_id, :model, CAST(:dimensions AS smallint), organization_id, document_id,
                      CAST(row.embedding AS halfvec)
               FROM json_to_recordset(CAST(:rows AS json)) AS row (chunk_id bigint, embedding text)
               JOIN chunks USING (chunk_id)
               WHERE organization_id = CAST(:organization_id AS uuid)
               ON CONFLICT (chunk_id, model) DO NOTHING
               RETURNING chunk_id""",
            model=model.key,
            dimensions=model.dimensions,
            organization_id=organization_id,
            rows=json.dumps(rows),
        )
    )

"""Named parts of what an organization knows, each with the model that its vectors are of."""

from assistant.platform.db import Row, UnitOfWork
from assistant.search.changes import index_changed
from assistant.search.embeddings import configured

COLLECTIONS = ("documents", "confluence", "jira", "gitlab", "github", "uploaded_files")


def collection_of(source_type: str) -> str:
    """Where documents of a type go unless somebody says otherwise."""
    return source_type if source_type in COLLECTIONS else "documents"


def initialize(work: UnitOfWork, organization_id: str) -> list[str]:
    """Make the collections that are missing and set all to the configured model; those that were made or changed.

    Where the model is another one than before, the documents wait for new vectors, which a schedule makes; until then
    they are found by their words.
    """
    model = configured.model()
    changed = []
    for name in COLLECTIONS:
        row = work.one(
            """INSERT INTO collections AS held (organization_id, name, model, dimensions)
               VALUES (CAST(:organization_id AS uuid), :name, :model, CAST(:dimensions AS smallint))
               ON CONFLICT (organization_id, name) DO UPDATE
               SET model = excluded.model, dimensions = excluded.dimensions
               WHERE held.organization_id = CAST(:organization_id AS uuid)
                 AND held.model IS DISTINCT FROM excluded.model
               RETURNING name""",
            organization_id=organization_id,
            name=name,
            model=model.key if model else None,
            dimensions=model.dimensions if model else None,
        )
        if row is not None:
            changed.append(name)
    if model is not None:
        work.run(
            """UPDATE documents SET embedded_with = NULL
               WHERE organization_id = CAST(:organization_id AS uuid) AND embedded_with <> :model""",
            organization_id=organization_id,
            model=model.key,
        )
    if changed:
        index_changed(work, organization_id)
    return changed


def listed(work: UnitOfWork, organization_id: str) -> list[Row]:
    """Each collection with its documents, chunks, and how many of them have vectors of the configured model."""
    model = configured.model()
    rows = work.run(
        """WITH filled AS (
               SELECT collection AS name, count(*) AS documents, CAST(sum(chunk_count) AS bigint) AS chunks,
                      count(*) FILTER (WHERE embedded_with = :model) AS embedded_documents
               FROM documents WHERE organization_id = CAST(:organization_id AS uuid) GROUP BY collection
           ), made AS (
               SELECT name, model, dimensions, created_at FROM collections
               WHERE organization_id = CAST(:organization_id AS uuid)
           )
           SELECT coalesce(made.name, filled.name) AS name, made.model, made.dimensions,
                  made.name IS NOT NULL AS is_initialized, coalesce(documents, 0) AS documents,
                  coalesce(chunks, 0) AS chunks, coalesce(embedded_documents, 0) AS embedded_documents
           FROM made FULL JOIN filled ON filled.name = made.name ORDER BY 1""",
        organization_id=organization_id,
        model=model.key if model else "",
    )
    for row in rows:
        row["state"] = state_of(row, with_model=model is not None)
    return rows


def state_of(row: Row, *, with_model: bool) -> str:
    """empty; words: found by words only, since no model is configured; waiting for vectors; or ready."""
    if not row["documents"]:
        return "empty"
    if not with_model:
        return "words"
    return "ready" if row["embedded_documents"] == row["documents"] else "waiting"

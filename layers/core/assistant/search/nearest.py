"""The statement that finds the documents nearest to a vector, for each length that vectors may have."""

from assistant.search.embeddings.models import DIMENSIONS


def nearest(dimensions: int) -> str:
    """The length is written into the text, since an index is of one length."""
    distance = f"CAST(embedding AS halfvec({dimensions})) <=> CAST(:vector AS halfvec({dimensions}))"
    return f"""
WITH visible AS MATERIALIZED (  -- the sources that this user may read
    SELECT source_id FROM sources CROSS JOIN users
    WHERE sources.organization_id = CAST(:organization_id AS uuid)
      AND users.organization_id = CAST(:organization_id AS uuid) AND users.user_id = CAST(:user_id AS uuid)
      AND is_enabled AND (team_ids = '{{}}' OR team_id = ANY (team_ids) OR role = 'admin')
), near AS MATERIALIZED (
    SELECT document_id, 1 - ({distance}) AS similarity FROM embeddings
    WHERE organization_id = CAST(:organization_id AS uuid) AND model = :model AND dimensions = {dimensions}
      AND document_id <> CAST(:document_id AS uuid)
    ORDER BY {distance} LIMIT CAST(:near AS integer)
), best AS (
    SELECT document_id, max(similarity) AS similarity FROM near GROUP BY document_id
)
SELECT CAST(documents.document_id AS text) AS document_id, title, source_type, collection, url,
       round(CAST(best.similarity AS numeric), 6) AS similarity
FROM best JOIN documents USING (document_id) LEFT JOIN visible USING (source_id)
WHERE documents.organization_id = CAST(:organization_id AS uuid)
  AND (documents.source_id IS NULL OR visible.source_id IS NOT NULL)
  AND similarity >= CAST(:floor AS real)
ORDER BY best.similarity DESC, document_id LIMIT CAST(:limit AS integer)
"""  # noqa: S608


STATEMENTS = {dimensions: nearest(dimensions) for dimensions in DIMENSIONS}

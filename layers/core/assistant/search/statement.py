"""The one statement of a search: by words, by vectors, or both fused by reciprocal rank.

One statement, because its parts are round trips otherwise. `units` are the query's words and phrases; `postings` say
which chunk has which of them, straight from the index: no row's text is read before `best`.

`near` are the chunks whose vectors are nearest. Where the filters leave few chunks, all of them are compared, so that
nothing is missed; where they leave many, the index walks outward until enough of what it meets passes the filters
(hnsw.iterative_scan, a setting of the role).
"""

from assistant.search.embeddings.models import DIMENSIONS

COMMON = """
WITH units AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY query) AS unit, query, bool_or(is_phrase) AS is_phrase
    FROM (
        SELECT plainto_tsquery('russian', word) AS query, false AS is_phrase
        FROM jsonb_array_elements_text(CAST(:words AS jsonb)) AS word
        UNION ALL
        SELECT phraseto_tsquery('russian', phrase), true
        FROM jsonb_array_elements_text(CAST(:phrases AS jsonb)) AS phrase
    ) AS typed
    WHERE numnode(query) > 0
    GROUP BY query
), visible AS MATERIALIZED (  -- the sources that this user may read
    SELECT source_id, lower(sources.name) AS source_name
    FROM sources CROSS JOIN users
    WHERE sources.organization_id = CAST(:organization_id AS uuid)
      AND users.organization_id = CAST(:organization_id AS uuid) AND users.user_id = CAST(:user_id AS uuid)
      AND is_enabled AND (team_ids = '{}' OR team_id = ANY (team_ids) OR role = 'admin')
), scope AS MATERIALIZED (
    SELECT document_id, chunk_count FROM documents LEFT JOIN visible USING (source_id)
    WHERE organization_id = CAST(:organization_id AS uuid)
      AND (documents.source_id IS NULL OR source_name IS NOT NULL)
      AND (CAST(:source_types AS jsonb) = '[]' OR CAST(:source_types AS jsonb) ? source_type)
      AND (CAST(:sources AS jsonb) = '[]' OR CAST(:sources AS jsonb) ? coalesce(source_name, origin))
      AND (CAST(:collections AS jsonb) = '[]' OR CAST(:collections AS jsonb) ? collection)
      AND (CAST(:tags AS jsonb) = '[]'
           OR tags && ARRAY(SELECT jsonb_array_elements_text(CAST(:tags AS jsonb))))
      AND (CAST(:document_ids AS jsonb) = '[]' OR CAST(:document_ids AS jsonb) ? CAST(document_id AS text))
), size AS MATERIALIZED (
    SELECT CAST(coalesce(sum(chunk_count), 0) AS bigint) AS total FROM scope
), postings AS MATERIALIZED (
    SELECT unit, found.chunk_id
    FROM units
    CROSS JOIN LATERAL (
        SELECT chunk_id, document_id FROM chunks
        WHERE organization_id = CAST(:organization_id AS uuid) AND terms @@ units.query
        OFFSET 0  -- a fence: joined the other way round, every text of the organization would be matched
    ) AS found
    JOIN scope USING (document_id)
), rarities AS MATERIALIZED (
    SELECT unit, query, is_phrase, ln(1 + (total - having_it + 0.5) / (having_it + 0.5)) AS rarity
    FROM (SELECT unit, query, is_phrase, count(chunk_id) AS having_it
          FROM units LEFT JOIN postings USING (unit) GROUP BY unit, query, is_phrase) AS counted
    CROSS JOIN size
), matching AS MATERIALIZED (
    SELECT chunk_id, sum(rarity) AS carried, count(*) FILTER (WHERE is_phrase) AS phrases
    FROM postings JOIN rarities USING (unit) GROUP BY chunk_id
), wanted AS MATERIALIZED (  -- with as many of the quoted phrases as any chunk has
    SELECT chunk_id, carried FROM matching WHERE phrases = (SELECT max(phrases) FROM matching)
), best AS (
    SELECT chunk_id FROM wanted ORDER BY carried DESC, chunk_id DESC LIMIT CAST(:ranked AS integer)
), weighed AS (
    SELECT chunk_id, document_id, chunk_index, round(CAST(
        sum(rarity * ts_rank_cd(CAST(:weights AS real[]), terms, query, 32)) / (SELECT sum(rarity) FROM rarities)
        AS numeric), 6) AS score
    FROM best JOIN postings USING (chunk_id) JOIN rarities USING (unit) JOIN chunks USING (chunk_id)
    WHERE organization_id = CAST(:organization_id AS uuid)
    GROUP BY chunk_id, document_id, chunk_index
)"""

BY_WORDS = """, judged AS (
    SELECT chunk_id, document_id, chunk_index, score, score AS lexical_score, CAST(NULL AS numeric) AS similarity,
           CAST(NULL AS bigint) AS lexical_place, CAST(NULL AS bigint) AS semantic_place,
           CAST(NULL AS numeric) AS in_title, CAST(NULL AS numeric) AS fresh
    FROM weighed
)"""

# {distance} is the expression of the index, so that the planner knows it; `+ 0` hides it where all are to be compared.
NEAR = """, near AS MATERIALIZED (
    SELECT chunk_id, document_id, similarity, row_number() OVER (ORDER BY similarity DESC, chunk_id) AS place
    FROM (
        (SELECT chunk_id, document_id, 1 - ({distance}) AS similarity
         FROM embeddings JOIN scope USING (document_id)
         WHERE (SELECT total FROM size) <= CAST(:compared AS integer)
           AND organization_id = CAST(:organization_id AS uuid) AND model = :model AND dimensions = {dimensions}
         ORDER BY ({distance}) + 0 LIMIT CAST(:near AS integer))
        UNION ALL
        (SELECT chunk_id, document_id, 1 - ({distance})
         FROM embeddings
         WHERE (SELECT total FROM size) > CAST(:compared AS integer)
           AND organization_id = CAST(:organization_id AS uuid) AND model = :model AND dimensions = {dimensions}
           AND (document_id IN (SELECT document_id FROM scope)) IS TRUE
         ORDER BY {distance} LIMIT CAST(:near AS integer))
    ) AS nearest
    WHERE similarity >= CAST(:floor AS real)
)"""

BY_BOTH = """, fused AS (
    SELECT chunk_id, document_id, lexical.score AS lexical_score, near.similarity,
           lexical.place AS lexical_place, near.place AS semantic_place,
           (coalesce(CAST(:lexical AS numeric) / (CAST(:smoothing AS numeric) + lexical.place), 0)
            + coalesce(CAST(:semantic AS numeric) / (CAST(:smoothing AS numeric) + near.place), 0))
           / ((CAST(:lexical AS numeric) + CAST(:semantic AS numeric)) / (CAST(:smoothing AS numeric) + 1)) AS fused
    FROM (
        SELECT chunk_id, document_id, score, row_number() OVER (ORDER BY score DESC, document_id, chunk_index) AS place
        FROM weighed ORDER BY place LIMIT CAST(:near AS integer)
    ) AS lexical
    FULL JOIN near USING (chunk_id, document_id)
), judged AS (
    SELECT chunk_id, document_id, chunk_index, lexical_score, round(CAST(similarity AS numeric), 6) AS similarity,
           round(CAST(fused * (1 + CAST(:title AS numeric) * in_title + CAST(:freshness AS numeric) * fresh)
                 / (1 + CAST(:title AS numeric) + CAST(:freshness AS numeric)) AS numeric), 6) AS score,
           lexical_place, semantic_place, in_title, fresh
    FROM fused
    JOIN chunks USING (chunk_id, document_id)
    JOIN documents USING (document_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(CAST(sum(rarity) FILTER (WHERE ts_filter(terms, '{a}') @@ query) / nullif(sum(rarity), 0)
                             AS numeric), 0) AS in_title
        FROM rarities
    ) AS titled
    CROSS JOIN LATERAL (
        SELECT CAST(power(0.5, greatest(extract(epoch FROM now() - coalesce(changed_at, documents.updated_at)), 0)
                               / 86400 / CAST(:half_life_days AS numeric)) AS numeric) AS fresh
    ) AS aged
    WHERE chunks.organization_id = CAST(:organization_id AS uuid)
      AND documents.organization_id = CAST(:organization_id AS uuid)
)"""

SHOW = """, placed AS (
    SELECT *, row_number() OVER (PARTITION BY document_id ORDER BY score DESC, chunk_index) AS place FROM judged
), chosen AS (
    SELECT chunk_id, score, lexical_score, similarity, lexical_place, semantic_place, in_title, fresh FROM placed
    WHERE place <= CAST(:per_document AS integer) AND score >= CAST(:threshold AS numeric)
    ORDER BY score DESC, document_id, chunk_index LIMIT CAST(:limit AS integer)
)
SELECT found.total_found, shown.*
FROM (SELECT greatest((SELECT count(*) FROM wanted), (SELECT count(*) FROM judged)) AS total_found) AS found
LEFT JOIN LATERAL (
    SELECT CAST(documents.document_id AS text) AS document_id, documents.title, documents.filename,
           documents.source_type, documents.collection, documents.url, documents.created_at, chunk_index, heading,
           content, score, lexical_score, similarity, lexical_place, semantic_place, in_title, fresh,
           CASE WHEN CAST(:with_marks AS boolean) THEN ts_headline('russian', plain_words(content),
               (SELECT CAST(string_agg('(' || CAST(query AS text) || ')', ' | ') AS tsquery) FROM units), :marking)
           END AS marked
    FROM chosen JOIN chunks USING (chunk_id) JOIN documents USING (document_id)
    WHERE chunks.organization_id = CAST(:organization_id AS uuid)
      AND documents.organization_id = CAST(:organization_id AS uuid)
) AS shown ON true
ORDER BY score DESC, document_id, chunk_index
"""


def near(dimensions: int) -> str:
    """The nearest vectors; the length is written into the text, since an index is of one length."""
    distance = f"CAST(embedding AS halfvec({dimensions})) <=> CAST(:vector AS halfvec({dimensions}))"
    return NEAR.replace("{distance}", distance).replace("{dimensions}", str(dimensions))


# By the length of the vectors, as there is an index for each; 0 is the search without vectors. All are written out, so
# that the tests of the architecture read every one.
STATEMENTS = {
    0: COMMON + BY_WORDS + SHOW,
    **{dimensions: COMMON + near(dimensions) + BY_BOTH + SHOW for dimensions in DIMENSIONS},
}

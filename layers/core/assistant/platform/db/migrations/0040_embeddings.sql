-- Vectors beside the words: what a chunk is about, for queries that share no word with it.
CREATE EXTENSION IF NOT EXISTS vector;

-- Vectors of different models are never compared, so a chunk has one for each model that read it, and a change of
-- model goes on beside the searches. Half precision, so that 512 numbers stay within the row instead of beside it.
CREATE TABLE embeddings (
    chunk_id bigint NOT NULL REFERENCES chunks ON DELETE CASCADE,
    model text NOT NULL,                            -- provider/name/dimensions
    dimensions smallint NOT NULL CHECK (dimensions IN (256, 384, 512, 768, 1024, 1536)),
    organization_id uuid NOT NULL REFERENCES organizations,
    document_id uuid NOT NULL,                      -- the chunk's, so that a filter needs no join
    embedding halfvec NOT NULL CHECK (vector_dims(embedding) = dimensions),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chunk_id, model)
);
CREATE INDEX embeddings_organization ON embeddings (organization_id, model, document_id);
-- An index compares vectors of one length only. An empty one costs a page.
CREATE INDEX embeddings_256 ON embeddings USING hnsw ((CAST(embedding AS halfvec(256))) halfvec_cosine_ops)
    WHERE dimensions = 256;
CREATE INDEX embeddings_384 ON embeddings USING hnsw ((CAST(embedding AS halfvec(384))) halfvec_cosine_ops)
    WHERE dimensions = 384;
CREATE INDEX embeddings_512 ON embeddings USING hnsw ((CAST(embedding AS halfvec(512))) halfvec_cosine_ops)
    WHERE dimensions = 512;
CREATE INDEX embeddings_768 ON embeddings USING hnsw ((CAST(embedding AS halfvec(768))) halfvec_cosine_ops)
    WHERE dimensions = 768;
CREATE INDEX embeddings_1024 ON embeddings USING hnsw ((CAST(embedding AS halfvec(1024))) halfvec_cosine_ops)
    WHERE dimensions = 1024;
CREATE INDEX embeddings_1536 ON embeddings USING hnsw ((CAST(embedding AS halfvec(1536))) halfvec_cosine_ops)
    WHERE dimensions = 1536;

-- The index knows nothing of organizations and filters: it goes on until enough of what it finds passes them. Role
-- settings, because a SET would pin a session of the proxy. Loading the library first makes them known settings,
-- which an owner who is no superuser (as on RDS) may give to a role.
DO $$
BEGIN
    PERFORM CAST('[1]' AS vector);
END $$;
ALTER ROLE assistant SET hnsw.iterative_scan = 'relaxed_order';
ALTER ROLE assistant SET hnsw.ef_search = 100;

-- How much each sign of relevance counts. An organization without a row has the defaults of assistant.search.ranking.
CREATE TABLE search_weights (
    organization_id uuid PRIMARY KEY REFERENCES organizations ON DELETE CASCADE,
    lexical real NOT NULL CHECK (lexical BETWEEN 0 AND 10),
    semantic real NOT NULL CHECK (semantic BETWEEN 0 AND 10),
    title real NOT NULL CHECK (title BETWEEN 0 AND 10),
    freshness real NOT NULL CHECK (freshness BETWEEN 0 AND 10),
    half_life_days real NOT NULL CHECK (half_life_days > 0),
    learned_at timestamptz NOT NULL DEFAULT now()
);

-- Named parts of what an organization knows. The model of a collection changes when all its chunks have its vectors.
CREATE TABLE collections (
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    name text NOT NULL,
    model text,                                     -- of its vectors; none while search goes by words alone
    dimensions smallint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, name)
);
ALTER TABLE documents
    ADD COLUMN collection text NOT NULL DEFAULT 'uploaded_files',
    ADD COLUMN origin text NOT NULL DEFAULT 'upload',     -- who names it: upload, index, or the id of a source
    ADD COLUMN external_id text,                          -- what the origin calls it
    ADD COLUMN url text,
    ADD COLUMN changed_at timestamptz;                    -- at its origin; none for what was uploaded
UPDATE documents SET external_id = filename;
ALTER TABLE documents ALTER COLUMN external_id SET NOT NULL;
-- Two sources may hold pages of the same name, so the origin's own name identifies a document.
ALTER TABLE documents DROP CONSTRAINT documents_organization_id_source_type_filename_key;
ALTER TABLE documents ADD CONSTRAINT documents_origin UNIQUE (organization_id, origin, external_id);
-- The model whose vectors all its chunks have; none while some lack one. A change of model is a task of its own.
ALTER TABLE documents ADD COLUMN embedded_with text;
CREATE INDEX documents_unembedded ON documents (created_at) WHERE embedded_with IS NULL;
-- Only what people upload is kept as it came; the rest has its original where it is from.
ALTER TABLE documents ALTER COLUMN object_key DROP NOT NULL;

-- What the organization knows: documents from sources, cut into chunks that search finds.
CREATE TABLE documents (
    document_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    uploaded_by uuid NOT NULL REFERENCES users,
    source_type text NOT NULL DEFAULT 'upload',
    title text NOT NULL,
    filename text NOT NULL,                         -- as the user wrote it; the object's key has a safe form
    content_type text NOT NULL,
    description text NOT NULL DEFAULT '',
    author text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',              -- lower case
    object_key text NOT NULL,
    content_hash text NOT NULL,                     -- SHA-256 of the original, hexadecimal
    size_bytes bigint NOT NULL,
    chunk_count integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, source_type, filename)
);

-- What the parser of PostgreSQL would keep whole (src/app/main.py, a.example, e-mail) becomes separate words, and
-- tags become words too; marks that do not show part words. Length and positions stay, so a mark in this text is a mark at the same place in the
-- original. assistant.search.words does the same to a query.
CREATE FUNCTION plain_words(original text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- Not all in one translate(): it compares each character with all of these, 16 times slower.
    RETURN translate(
        regexp_replace(
            original,
            U&'[./_@:<>&\200B\200E\200F\202A\202B\202C\202D\202E\2066\2067\2068\2069\FEFF\E000\E001-]', ' ', 'g'
        ),
        'ёЁ', 'еЕ'
    );

CREATE TABLE chunks (
    chunk_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    chunk_index integer NOT NULL,
    title text NOT NULL DEFAULT '',                 -- the document's, so that its words find every chunk
    heading text NOT NULL DEFAULT '',
    content text NOT NULL,
    -- The russian configuration stems Latin words as English, so one vector serves both languages.
    terms tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('russian', plain_words(title)), 'A')
        || setweight(to_tsvector('russian', plain_words(heading)), 'B')
        || to_tsvector('russian', plain_words(content))
    ) STORED,
    UNIQUE (document_id, chunk_index)
);
CREATE EXTENSION IF NOT EXISTS btree_gin;
-- The organization is in the index, so that a small one does not pay for the words of large ones: with 500 chunks beside
-- 40,000 of another, a search took 0.64 of the time (p95 0.55) that it took with an index of terms alone.
CREATE INDEX chunks_terms ON chunks USING gin (organization_id, terms);

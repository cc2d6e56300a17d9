-- Files too large to pass through a function: sent to the bucket with a pre-signed form, indexed when they have arrived.
CREATE TABLE pending_uploads (
    upload_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users,
    role text NOT NULL,                             -- of the user, when the form was asked for
    object_key text NOT NULL UNIQUE,                -- where the form leads to
    about jsonb NOT NULL,                           -- filename, title, description, author, tags
    document_id uuid,                               -- set when it is indexed; no reference, since that may be deleted
    error jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX pending_uploads_age ON pending_uploads (created_at);

-- What waits for vectors is looked for every minute, and what a source indexed is asked for by its own name.
CREATE INDEX chunks_document ON chunks (organization_id, document_id);

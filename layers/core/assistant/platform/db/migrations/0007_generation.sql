-- Documents that a model wrote. A task writes one at most, whatever its retries.
CREATE TABLE rfcs (
    rfc_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    task_id uuid UNIQUE REFERENCES tasks,
    title text NOT NULL,
    content text NOT NULL,
    sections jsonb NOT NULL,
    sources_used jsonb NOT NULL,
    quality jsonb NOT NULL,
    model text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rfcs_user ON rfcs (organization_id, user_id, created_at DESC);

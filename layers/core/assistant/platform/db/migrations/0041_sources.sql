-- Where documents come from besides uploads. What opens a source is in Secrets Manager under its id, never here.
CREATE TABLE sources (
    source_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    source_type text NOT NULL CHECK (source_type IN ('confluence', 'jira', 'gitlab', 'github')),
    name text NOT NULL,
    config jsonb NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,       -- else neither synced nor searched
    team_ids uuid[] NOT NULL DEFAULT '{}',          -- who finds its documents besides administrators; none: everyone
    schedule text NOT NULL DEFAULT 'manual' CHECK (schedule IN ('manual', 'hourly', 'daily', 'weekly')),
    next_sync_at timestamptz,                       -- none: not by itself
    cursor jsonb NOT NULL DEFAULT '{}',             -- where the last whole sync ended, in the connector's words
    has_secret boolean NOT NULL DEFAULT false,
    created_by uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX sources_name ON sources (organization_id, lower(name));
CREATE INDEX sources_due ON sources (next_sync_at) WHERE is_enabled;

-- The counts of a run grow with its pages, in the transaction that keeps the page.
CREATE TABLE source_syncs (
    task_id uuid PRIMARY KEY REFERENCES tasks ON DELETE CASCADE,
    organization_id uuid NOT NULL REFERENCES organizations,
    source_id uuid NOT NULL REFERENCES sources ON DELETE CASCADE,
    sync_type text NOT NULL CHECK (sync_type IN ('incremental', 'full')),
    processed integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    updated integer NOT NULL DEFAULT 0,
    deleted integer NOT NULL DEFAULT 0,
    errors integer NOT NULL DEFAULT 0,
    last_error text,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX source_syncs_source ON source_syncs (organization_id, source_id, started_at DESC);

ALTER TABLE documents ADD COLUMN source_id uuid REFERENCES sources;
-- The run that saw a document last: what a full run did not see is no longer there.
ALTER TABLE documents ADD COLUMN seen_in uuid;
CREATE INDEX documents_source ON documents (organization_id, source_id) WHERE source_id IS NOT NULL;

-- Documents enhanced in hunks. They outlive the task that made them, so no row of tasks is referred to.
CREATE TABLE enhancements (
    task_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    document_id uuid,                                -- as it was then; it may be gone since
    title text NOT NULL,
    enhancement_type text NOT NULL,
    original text NOT NULL,                          -- what the offsets of the hunks count in
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz                          -- none: it runs, or it ended on its way, with what was paid for
);
CREATE INDEX enhancements_user ON enhancements (organization_id, user_id, created_at DESC);

CREATE TABLE enhancement_hunks (
    task_id uuid NOT NULL REFERENCES enhancements ON DELETE CASCADE,
    hunk_id integer NOT NULL,
    organization_id uuid NOT NULL REFERENCES organizations,
    start_at integer NOT NULL,                       -- characters from the beginning of `original`
    end_at integer NOT NULL CHECK (end_at >= start_at),
    before text NOT NULL,
    after text NOT NULL,
    reason text NOT NULL,
    cost bigint NOT NULL CHECK (cost >= 0),          -- its share of the call that made it
    dropped text,                                    -- why it is not offered; none when it is
    decision text CHECK (decision IN ('accept', 'reject')),
    decided_at timestamptz,
    PRIMARY KEY (task_id, hunk_id),
    CHECK (dropped IS NULL OR decision IS NULL)
);

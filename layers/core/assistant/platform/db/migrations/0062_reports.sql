-- Reports as they were made: the numbers are of that moment. They outlive the task that made them.
CREATE TABLE reports (
    report_id uuid PRIMARY KEY,                      -- the task's id, so that a task makes one at most
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    report_type text NOT NULL,
    format text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,                           -- the last day of it, in the organization's time zone
    whole_organization boolean NOT NULL,             -- else of its owner's own rows
    title text NOT NULL,
    files jsonb NOT NULL,                            -- [{name, media_type, size_bytes, sha256, key}], the report first
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reports_user ON reports (organization_id, user_id, created_at DESC, report_id);

-- What an organization has learned, version by version. The active one is what search_weights holds; without an active
-- one the defaults count. A version that is rolled back stays, and names who did it and why.
CREATE TABLE ranking_versions (
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    based_on integer,                               -- the version that was active before; none: the defaults
    state text NOT NULL CHECK (state IN ('active', 'superseded', 'rolled_back')),
    weights jsonb NOT NULL,                         -- as in search_weights
    examples jsonb NOT NULL,                        -- ids of the RFCs that are shown to the model
    evaluation jsonb NOT NULL,                      -- before and after, on feedback that was held out
    trained_by uuid REFERENCES tasks ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    rolled_back_at timestamptz,
    rolled_back_by uuid REFERENCES users,
    rollback_reason text,
    PRIMARY KEY (organization_id, version)
);
CREATE UNIQUE INDEX ranking_versions_active ON ranking_versions (organization_id) WHERE state = 'active';
CREATE INDEX tasks_of_type ON tasks (organization_id, task_type, created_at DESC);

-- Every training that ended, kept or not; tasks and their results are cleaned up, this stays.
CREATE TABLE ranking_trainings (
    training_id uuid PRIMARY KEY,                   -- the task's id
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    training_type text NOT NULL CHECK (training_type IN ('full', 'incremental', 'multilingual')),
    feedback_count integer NOT NULL,
    version integer,                                -- the version that it made; none: nothing was better
    evaluation jsonb NOT NULL,
    log jsonb NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ranking_trainings_time ON ranking_trainings (organization_id, finished_at DESC);

-- Background work. PostgreSQL is the truth; an SQS message is only a ticket to run the best waiting task of a type.
CREATE TABLE tasks (
    task_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    task_type text NOT NULL,
    priority smallint NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3),   -- low, normal, high, urgent
    status text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'dead')),
    stage text NOT NULL DEFAULT 'queued',
    progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    args jsonb NOT NULL,
    idempotency_key text,
    request_hash text NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    max_attempts smallint NOT NULL DEFAULT 5,
    not_before timestamptz NOT NULL DEFAULT now(),
    fence bigint NOT NULL DEFAULT 0,                  -- grows with every claim; a write with an older one is refused
    lease_until timestamptz,
    cancel_requested_at timestamptz,
    ticketed_at timestamptz,                          -- the outbox: null or old means that a ticket must be sent
    checkpoint jsonb NOT NULL DEFAULT '{}',
    result jsonb,
    error jsonb,
    held bigint NOT NULL DEFAULT 0,
    cost bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    UNIQUE (organization_id, user_id, idempotency_key)
);
CREATE INDEX tasks_waiting ON tasks (task_type, priority DESC, created_at) WHERE status = 'queued';
CREATE INDEX tasks_running ON tasks (user_id) WHERE status = 'running';
CREATE INDEX tasks_leases ON tasks (lease_until) WHERE status = 'running';
CREATE INDEX tasks_of_user ON tasks (organization_id, user_id, created_at DESC, task_id);

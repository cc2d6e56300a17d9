-- Tasks that come again: what to submit, and when next. The next moment is written with the task that it submits, so
-- each happens once, however often the schedule looks.
CREATE TABLE task_schedules (
    schedule_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    task_type text NOT NULL,
    args jsonb NOT NULL,
    priority smallint NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3),
    cron text NOT NULL,                       -- five fields, as in crontab
    time_zone text NOT NULL,                  -- IANA; summer time as cron on Debian has it
    next_at timestamptz NOT NULL,
    last_at timestamptz,
    last_error jsonb,                         -- why the last one was not submitted
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX task_schedules_due ON task_schedules (next_at);
CREATE INDEX task_schedules_owner ON task_schedules (organization_id, user_id, created_at);

-- The queue's statistics read what is open, whoever has finished how much.
CREATE INDEX tasks_running_of ON tasks (organization_id) WHERE status = 'running';
CREATE INDEX tasks_deferred_of ON tasks (organization_id) WHERE status = 'queued' AND deferred;

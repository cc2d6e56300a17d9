-- Who comes next. Waiting tasks stand in lanes (type, priority, organization), each ordered by `turn`: a start tag of
-- start-time fair queueing, given to a task when it becomes due. A claim compares the heads of the lanes, never what
-- is behind them, so ten thousand tasks of one owner cost it no more than one.
ALTER TABLE tasks
    ADD COLUMN turn bigint,                              -- null until the task is due
    ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now(),   -- since when it could have run
    ADD COLUMN deferred boolean NOT NULL DEFAULT false,  -- waits for not_before, outside of the lanes
    ADD COLUMN slices smallint NOT NULL DEFAULT 0,       -- times that it went on in a later run without a failure
    ADD COLUMN retry_of uuid REFERENCES tasks (task_id) ON DELETE SET NULL,
    ADD COLUMN keep_result boolean NOT NULL DEFAULT false,
    ADD COLUMN result_expires_at timestamptz,
    ADD COLUMN result_key text;                          -- a large result is an object of the documents bucket

UPDATE tasks SET turn = 0 WHERE status = 'queued';

DROP INDEX tasks_waiting;
CREATE INDEX tasks_lanes ON tasks (task_type, priority, organization_id, turn, created_at)
    WHERE status = 'queued' AND NOT deferred;
CREATE INDEX tasks_of_owner_waiting ON tasks (organization_id, user_id, task_type, priority, turn)
    WHERE status = 'queued' AND NOT deferred;
CREATE INDEX tasks_deferred ON tasks (task_type, not_before) WHERE status = 'queued' AND deferred;
CREATE INDEX tasks_unticketed ON tasks (ticketed_at) WHERE status = 'queued';
CREATE INDEX tasks_finished ON tasks (organization_id, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX tasks_durations ON tasks (task_type, finished_at DESC) WHERE status = 'completed';
CREATE INDEX tasks_expiring ON tasks (result_expires_at) WHERE result_expires_at IS NOT NULL;
CREATE INDEX tasks_dead ON tasks (organization_id, finished_at) WHERE status = 'dead';
CREATE UNIQUE INDEX tasks_retried_once ON tasks (retry_of);  -- so that two retries at once make one task

-- Between organizations: what each has been given, in weight (micro-dollars held, and a floor for the compute).
CREATE TABLE task_shares (
    task_type text NOT NULL,
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    began bigint NOT NULL DEFAULT 0,     -- virtual time at which its last task began
    finish bigint NOT NULL DEFAULT 0,    -- and at which its next may
    PRIMARY KEY (task_type, organization_id)
) WITH (fillfactor = 50);  -- rewritten by every claim, and without an index on what changes: in place

-- Within one: the turn that each owner's last claimed task had, and the one from which the next counts.
CREATE TABLE task_owners (
    task_type text NOT NULL,
    priority smallint NOT NULL,
    organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    turn bigint NOT NULL DEFAULT 0,
    served bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, user_id, task_type, priority)
);
CREATE INDEX task_owners_turn ON task_owners (organization_id, task_type, priority, turn);

ALTER TABLE tasks SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, fillfactor = 80);

-- A task that has ended may be forgotten; the document that it made stays.
ALTER TABLE rfcs DROP CONSTRAINT rfcs_task_id_fkey,
    ADD CONSTRAINT rfcs_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks ON DELETE SET NULL;

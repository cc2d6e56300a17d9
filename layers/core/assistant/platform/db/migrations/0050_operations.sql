-- What monitoring keeps, and what lets administrators tend the indexes without giving the functions more rights.

-- The request that submitted a task: its id goes on through the worker's log to the socket.
ALTER TABLE tasks ADD COLUMN request_id text;

-- The last hour's cost, over all organizations.
CREATE INDEX llm_calls_created ON llm_calls (created_at);
-- Tasks that died lately; the finished ones are many, the dead ones few.
CREATE INDEX tasks_died ON tasks (finished_at) WHERE status = 'dead';
CREATE INDEX tasks_due ON tasks (not_before) WHERE status = 'queued';
CREATE INDEX budget_incidents_created ON budget_incidents (created_at);

-- How each condition of the monitor stands. They are the deployment's, not an organization's.
CREATE TABLE monitor_states (
    name text PRIMARY KEY,
    value double precision,
    breached_since timestamptz,                      -- null while all is well
    alerted_at timestamptz,                          -- when administrators were told of this breach
    evaluated_at timestamptz NOT NULL DEFAULT now()
);

-- Indexes that an administrator had the finder ask for; made by create_indexes as the owner, concurrently.
CREATE TABLE index_requests (
    index_name text PRIMARY KEY,
    table_name text NOT NULL,
    column_names text[] NOT NULL,
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'created', 'failed')),
    error text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);

-- Answers of models that were used again instead of being paid for again.
CREATE TABLE llm_reused_answers (
    reuse_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    request_id text NOT NULL,                        -- the hold that would have paid
    purpose text NOT NULL,
    provider_id text NOT NULL,
    model text NOT NULL,
    saved bigint NOT NULL CHECK (saved >= 0),        -- micro-dollars: what the answer had cost
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX llm_reused_answers_organization ON llm_reused_answers (organization_id, created_at);

-- Times of each statement, where the server counts them (on RDS it does, by the parameter group).
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') THEN
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
    END IF;
END $$;

-- Refreshes the planner's statistics of tables of ours. ANALYZE is the owner's right, hence SECURITY DEFINER.
CREATE FUNCTION analyze_tables(p_tables text[]) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found text;
BEGIN
    FOR found IN SELECT c.relname FROM pg_class c
                 WHERE c.relname = ANY (p_tables) AND c.relnamespace = 'public'::regnamespace
                   AND c.relkind IN ('r', 'p') AND c.relowner = current_user::regrole LOOP
        EXECUTE format('ANALYZE public.%I', found);
        RETURN NEXT found;
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION analyze_tables FROM PUBLIC;
GRANT EXECUTE ON FUNCTION analyze_tables TO assistant;

-- The plans of the statements that took the most time, as they would be for values that are not known. With the
-- caller's rights: an EXPLAIN runs nothing, and the caller may run these statements anyway. What cannot be planned
-- without its values is left out.
CREATE FUNCTION plans_of_statements(p_most int)
RETURNS TABLE (statement text, calls bigint, mean_ms double precision, plan json)
LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT s.query, s.calls, s.mean_exec_time FROM pg_stat_statements s
                 WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                   AND s.userid = current_user::regrole AND s.query !~ ';'
                   AND s.query ~* '^\s*(/\*.*?\*/\s*)?(select|with|update|delete|insert)\s'
                 ORDER BY s.total_exec_time DESC LIMIT p_most LOOP
        BEGIN
            EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || found.query INTO plan;
        EXCEPTION WHEN OTHERS THEN
            CONTINUE;
        END;
        statement := found.query;
        calls := found.calls;
        mean_ms := found.mean_exec_time;
        RETURN NEXT;
    END LOOP;
END $$;

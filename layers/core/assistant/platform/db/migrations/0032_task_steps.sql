-- The steps of a task's life, each a single round trip whose statements the server plans once a session and not at
-- each call. The order of locks is everywhere: task, log of notifications, hold, budgets,
-- and last the shares of its type, when the next task is claimed in the transaction that ends one.

-- Claims the best waiting task of a type: see lanes.py. The settings leave the planner only the index that has the
-- order asked for, whatever the statistics say of a table that was empty a minute ago; they end with the function.
CREATE FUNCTION claim_task(p_type text, p_lease float8, p_floor bigint, p_old float8, p_aged boolean)
RETURNS SETOF tasks LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET plan_cache_mode = force_generic_plan
AS $$
/* any organization - a worker serves all, the claimed row says whose it is */
DECLARE
    virtual bigint;
    best record;
    claimed tasks;
BEGIN
    IF EXISTS (SELECT FROM tasks t WHERE t.task_type = p_type AND t.status = 'queued' AND t.deferred
               AND t.not_before <= now()) THEN
        PERFORM admit_tasks(p_type, p_floor);
    END IF;
    SELECT coalesce(max(s.began), 0) INTO virtual FROM task_shares s WHERE s.task_type = p_type;
    FOR best IN
        WITH RECURSIVE lanes AS (
            (SELECT t.priority, t.organization_id FROM tasks t
             WHERE t.task_type = p_type AND t.status = 'queued' AND NOT t.deferred
             ORDER BY t.priority DESC, t.organization_id DESC LIMIT 1)
            UNION ALL
            SELECT next.priority, next.organization_id FROM lanes l CROSS JOIN LATERAL (
                SELECT t.priority, t.organization_id FROM tasks t
                WHERE t.task_type = p_type AND t.status = 'queued' AND NOT t.deferred
                  AND (t.priority, t.organization_id) < (l.priority, l.organization_id)
                ORDER BY t.priority DESC, t.organization_id DESC LIMIT 1) next
        )
        SELECT l.priority, l.organization_id FROM lanes l CROSS JOIN LATERAL (
            SELECT t.queued_at FROM tasks t
            WHERE t.task_type = p_type AND t.status = 'queued' AND NOT t.deferred AND t.priority = l.priority
              AND t.organization_id = l.organization_id AND t.not_before <= now()
            ORDER BY t.turn, t.created_at LIMIT 1) head
        LEFT JOIN task_shares s ON s.task_type = p_type AND s.organization_id = l.organization_id
        ORDER BY CASE WHEN p_aged AND head.queued_at < now() - make_interval(secs => p_old) THEN head.queued_at END
            NULLS LAST, l.priority DESC, greatest(s.finish, virtual), coalesce(s.finish, 0), head.queued_at
    LOOP
        UPDATE tasks SET status = 'running', fence = fence + 1, attempts = attempts + 1, stage = 'validated',
            lease_until = clock_timestamp() + make_interval(secs => p_lease),
            started_at = coalesce(started_at, clock_timestamp())
        WHERE task_id = (
            SELECT t.task_id FROM tasks t
            WHERE t.task_type = p_type AND t.status = 'queued' AND NOT t.deferred AND t.priority = best.priority
              AND t.organization_id = best.organization_id AND t.not_before <= now()
            ORDER BY t.turn, t.created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING * INTO claimed;
        CONTINUE WHEN NOT FOUND;  -- all of this lane are locked by somebody for the moment
        INSERT INTO task_shares AS s (task_type, organization_id, began, finish)
        VALUES (p_type, claimed.organization_id, virtual, virtual + claimed.held + p_floor)
        ON CONFLICT (task_type, organization_id) DO UPDATE SET
            began = greatest(s.finish, excluded.began),
            finish = greatest(s.finish, excluded.began) + excluded.finish - excluded.began;
        IF claimed.turn IS NOT NULL THEN
            INSERT INTO task_owners AS o (task_type, priority, organization_id, user_id, turn, served)
            VALUES (p_type, claimed.priority, claimed.organization_id, claimed.user_id, claimed.turn,
                    claimed.turn + claimed.held + p_floor)
            ON CONFLICT (organization_id, user_id, task_type, priority) DO UPDATE SET
                turn = greatest(o.turn, excluded.turn), served = greatest(o.served, excluded.served);
        END IF;
        RETURN NEXT claimed;
        RETURN;
    END LOOP;
END $$;

-- Gives tasks whose moment has come their turn: as if each had been submitted just now, in the order of the moments.
CREATE FUNCTION admit_tasks(p_type text, p_floor bigint) RETURNS void LANGUAGE sql AS $$
    /* any organization - a worker serves all */
    WITH due AS (
        SELECT task_id, organization_id, user_id, priority, held, turn, not_before, created_at FROM tasks
        WHERE task_type = p_type AND status = 'queued' AND deferred AND not_before <= now()
        ORDER BY not_before LIMIT 100 FOR UPDATE SKIP LOCKED
    ), placed AS (
        SELECT d.task_id, d.not_before, coalesce(d.turn, greatest(
            (SELECT coalesce(max(o.turn), 0) FROM task_owners o
             WHERE o.organization_id = d.organization_id AND o.task_type = p_type AND o.priority = d.priority),
            (SELECT coalesce(max(o.served), 0) FROM task_owners o
             WHERE o.organization_id = d.organization_id AND o.user_id = d.user_id
               AND o.task_type = p_type AND o.priority = d.priority),
            (SELECT t.turn + t.held + p_floor FROM tasks t
             WHERE t.organization_id = d.organization_id AND t.user_id = d.user_id AND t.task_type = p_type
               AND t.priority = d.priority AND t.status = 'queued' AND NOT t.deferred
             ORDER BY t.turn DESC LIMIT 1))
            + sum(d.held + p_floor) OVER (PARTITION BY d.organization_id, d.user_id, d.priority
                                          ORDER BY d.not_before, d.created_at, d.task_id) - d.held - p_floor) AS turn
        FROM due d
    )
    UPDATE tasks SET deferred = false, turn = placed.turn, queued_at = placed.not_before
    FROM placed WHERE tasks.task_id = placed.task_id
$$;

-- Stores a task, tells its owner's log, and holds its worst case unless that comes later in the transaction. No row
-- when the idempotency key was used before. `listening`: whether somebody is to be sent the notification.
CREATE FUNCTION store_task(
    p_organization uuid, p_user uuid, p_task uuid, p_type text, p_priority int, p_args jsonb, p_key text, p_hash text,
    p_held bigint, p_run_at timestamptz, p_longest float8, p_floor bigint, p_keep boolean, p_retry_of uuid,
    p_checkpoint jsonb, p_request text, p_report jsonb, p_kept int, p_hold boolean)
RETURNS TABLE (max_attempts smallint, created_at timestamptz, not_before timestamptz, listening boolean)
LANGUAGE plpgsql AS $$
DECLARE
    later boolean := coalesce(p_run_at > now(), false);
    stored tasks;
BEGIN
    INSERT INTO tasks AS t (task_id, organization_id, user_id, task_type, priority, args, idempotency_key,
        request_hash, held, not_before, deferred, ticketed_at, turn, keep_result, retry_of, checkpoint, request_id)
    VALUES (p_task, p_organization, p_user, p_type, p_priority, p_args, p_key, p_hash, p_held,
        coalesce(p_run_at, now()), later,
        CASE WHEN coalesce(p_run_at < now() + make_interval(secs => p_longest), true)
             THEN greatest(p_run_at, now()) END,
        CASE WHEN NOT later THEN greatest(
            (SELECT coalesce(max(o.turn), 0) FROM task_owners o
             WHERE o.organization_id = p_organization AND o.task_type = p_type AND o.priority = p_priority),
            (SELECT coalesce(max(o.served), 0) FROM task_owners o
             WHERE o.organization_id = p_organization AND o.user_id = p_user
               AND o.task_type = p_type AND o.priority = p_priority),
            (SELECT w.turn + w.held + p_floor FROM tasks w
             WHERE w.organization_id = p_organization AND w.user_id = p_user AND w.task_type = p_type
               AND w.priority = p_priority AND w.status = 'queued' AND NOT w.deferred
             ORDER BY w.turn DESC LIMIT 1)) END,
        p_keep, p_retry_of, p_checkpoint, p_request)
    ON CONFLICT (organization_id, user_id, idempotency_key) DO NOTHING
    RETURNING * INTO stored;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT cardinality(a.connection_ids) > 0 INTO listening
    FROM append_notification(p_organization, p_user, 'task_progress', 'normal', p_report, p_kept) a;
    IF p_hold AND p_held > 0 THEN
        PERFORM hold_budget(p_organization, p_user, p_task::text, p_held, p_type);
    ELSIF p_hold THEN
        INSERT INTO holds (request_id, organization_id, user_id, purpose, amount, budget_ids, period_starts)
        VALUES (p_task::text, p_organization, p_user, p_type, 0, '{}', '{}');
    END IF;
    max_attempts := stored.max_attempts;
    created_at := stored.created_at;
    not_before := stored.not_before;
    RETURN NEXT;
END $$;

-- What a task has to pay. Locks its hold, so that this stays true until it is settled. With a fence it locks the task
-- before, and there is no row when another claim has it; `p_died`: calls that still run are of unknown outcome.
CREATE FUNCTION task_bill(p_organization uuid, p_task uuid, p_fence bigint, p_died boolean)
RETURNS TABLE (cost bigint, known bigint, lost bigint, held bigint, input_tokens bigint, output_tokens bigint,
               models jsonb)
LANGUAGE plpgsql AS $$
BEGIN
    IF p_fence IS NOT NULL THEN
        PERFORM FROM tasks t WHERE t.organization_id = p_organization AND t.task_id = p_task AND t.fence = p_fence
            AND t.status = 'running' FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF p_died THEN
        UPDATE llm_calls c SET outcome = 'unknown', finished_at = now()
        WHERE c.organization_id = p_organization AND c.request_id = p_task::text AND c.outcome = 'started';
    END IF;
    SELECT coalesce(sum(m.cost), 0), coalesce(sum(m.reserved), 0), coalesce(sum(m.input_tokens), 0),
           coalesce(sum(m.output_tokens), 0),
           coalesce(jsonb_agg(jsonb_build_object('provider', m.provider, 'model', m.model, 'calls', m.calls,
               'input_tokens', m.input_tokens, 'output_tokens', m.output_tokens, 'cost', m.cost)
               ORDER BY m.provider, m.model), '[]')
    INTO known, lost, input_tokens, output_tokens, models
    FROM (SELECT c.provider, c.model, count(*) AS calls, sum(c.input_tokens)::bigint AS input_tokens,
                 sum(c.output_tokens)::bigint AS output_tokens, coalesce(sum(c.cost), 0)::bigint AS cost,
                 coalesce(sum(c.reserved) FILTER (WHERE c.cost IS NULL), 0)::bigint AS reserved
          FROM llm_calls c WHERE c.organization_id = p_organization AND c.request_id = p_task::text
          GROUP BY c.provider, c.model) m;
    SELECT CASE h.state WHEN 'held' THEN least(known, h.amount)
                        WHEN 'unknown' THEN h.settled + least(known, h.kept)
                        ELSE h.settled END,
           CASE h.state WHEN 'held' THEN h.amount ELSE 0 END
    INTO STRICT cost, held
    FROM holds h WHERE h.organization_id = p_organization AND h.request_id = p_task::text
    FOR NO KEY UPDATE;
    RETURN NEXT;
END $$;

-- Ends a task whose row is locked: its state, its notification, its settlement. P0410 when another claim has it.
CREATE FUNCTION finish_task(
    p_organization uuid, p_task uuid, p_fence bigint, p_status text, p_stage text, p_progress int, p_result jsonb,
    p_key text, p_error jsonb, p_cost bigint, p_ttl float8, p_user uuid, p_kind text, p_report jsonb, p_kept int,
    p_known bigint, p_lost bigint)
RETURNS TABLE (listening boolean, alerts int) LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := clock_timestamp();
BEGIN
    UPDATE tasks t SET status = p_status, stage = p_stage, progress = p_progress, result = p_result,
        result_key = p_key, error = p_error, cost = p_cost, lease_until = NULL, finished_at = at,
        result_expires_at = CASE WHEN p_status = 'completed' AND NOT t.keep_result
                                 THEN at + make_interval(secs => p_ttl) END
    WHERE t.organization_id = p_organization AND t.task_id = p_task AND t.fence = p_fence AND t.status = 'running';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another claim has the task %', p_task USING ERRCODE = 'P0410';
    END IF;
    SELECT cardinality(a.connection_ids) > 0 INTO listening
    FROM append_notification(p_organization, p_user, p_kind, 'high', p_report, p_kept) a;
    SELECT s.alerts INTO alerts FROM settle_hold(p_organization, p_task::text, p_known, p_lost) s;
    RETURN NEXT;
END $$;

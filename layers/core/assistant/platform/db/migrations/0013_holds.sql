-- Holds again, with as little as possible under the locks. Locks are always taken in this order: the request's hold,
-- then its budget periods as organization, team, user. Whoever also locks a task or a log of notifications does so
-- before. Everything that can be written before the periods are locked is: the row of an organization's budget is
-- what all its calls wait for.
--
-- `p_at` decides to which period a call belongs. Functions never pass it: it is PostgreSQL's clock. Tests do, to let
-- years pass in seconds.
DROP FUNCTION hold_budget(uuid, uuid, text, bigint, text);
DROP FUNCTION settle_hold(uuid, text, bigint, bigint);

-- Refuses: the error P0402, with the reason as JSON in DETAIL, so that whatever else the transaction did is undone.
CREATE FUNCTION refuse_hold(p_level text, p_remaining bigint, p_required bigint, p_resets_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no room in the budget of the %', p_level USING ERRCODE = 'P0402',
        DETAIL = json_build_object('level', p_level, 'remaining', greatest(p_remaining, 0),
                                   'required', p_required, 'resets_at', p_resets_at)::text;
END $$;

-- Locks the periods that a hold was or is taken from, in order, and refuses when a hard one has no room for more.
CREATE FUNCTION lock_room(p_organization uuid, p_ids uuid[], p_starts timestamptz[], p_more bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    level record;
BEGIN
    FOR level IN
        SELECT b.level, b.mode, p.period_end, p.granted - p.spent - p.held AS free
        FROM unnest(p_ids, p_starts) WITH ORDINALITY AS taken (budget_id, period_start, place)
        JOIN budget_periods p ON p.budget_id = taken.budget_id AND p.period_start = taken.period_start
        JOIN budgets b ON b.budget_id = p.budget_id
        WHERE p.organization_id = p_organization
        ORDER BY taken.place
        FOR NO KEY UPDATE OF p
    LOOP
        IF level.free < p_more AND level.mode = 'hard' THEN
            PERFORM refuse_hold(level.level, level.free, p_more, level.period_end);
        END IF;
    END LOOP;
    UPDATE budget_periods p SET held = p.held + p_more
    FROM unnest(p_ids, p_starts) AS taken (budget_id, period_start)
    WHERE p.organization_id = p_organization
      AND p.budget_id = taken.budget_id AND p.period_start = taken.period_start;
END $$;

-- Holds `p_amount` at every level above the user, or at none. The same request id holds once: repeated while the hold
-- is open it returns what is held, afterwards 0, since a settled request pays for nothing more.
CREATE FUNCTION hold_budget(p_organization uuid, p_user uuid, p_request text, p_amount bigint, p_purpose text,
                            p_at timestamptz DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := coalesce(p_at, clock_timestamp());
    known holds;
    level record;
    tight record;
    wanted int;
    has_own boolean;
    ids uuid[];
    starts timestamptz[];
BEGIN
    IF p_amount < 0 THEN
        RAISE EXCEPTION 'a hold of less than nothing' USING ERRCODE = '22003';
    END IF;
    SELECT * INTO known FROM holds WHERE request_id = p_request;
    IF NOT FOUND THEN
        FOR pass IN 1..2 LOOP
            ids := '{}';
            starts := '{}';
            wanted := 0;
            has_own := false;
            tight := NULL;
            -- One look without a lock. What does not fit now is refused now: it does not join the queue for the row.
            FOR level IN
                SELECT b.level, b.mode, p.budget_id, p.period_start, p.period_end, p.granted - p.spent - p.held AS free
                FROM budgets b
                LEFT JOIN LATERAL (
                    SELECT * FROM budget_periods q
                    WHERE q.organization_id = p_organization AND q.budget_id = b.budget_id AND q.period_start <= at
                    ORDER BY q.period_start DESC LIMIT 1
                ) AS p ON p.period_end > at
                WHERE b.organization_id = p_organization AND b.owner_id = ANY (
                    SELECT unnest(ARRAY[u.organization_id, u.team_id, u.user_id]) FROM users u
                    WHERE u.organization_id = p_organization AND u.user_id = p_user)
                ORDER BY b.level, b.budget_id
            LOOP
                wanted := wanted + 1;
                has_own := has_own OR level.level = 'user';
                IF level.budget_id IS NOT NULL THEN
                    ids := ids || level.budget_id;
                    starts := starts || level.period_start;
                    IF level.free < p_amount AND level.mode = 'hard' AND tight IS NULL THEN
                        tight := level;
                    END IF;
                END IF;
            END LOOP;
            EXIT WHEN NOT has_own OR cardinality(ids) = wanted;
            PERFORM open_periods(p_organization, p_user, at);
        END LOOP;
        IF NOT has_own THEN  -- no budget, no money
            PERFORM refuse_hold('user', 0, p_amount, NULL);
        END IF;
        IF cardinality(ids) <> wanted THEN
            RAISE EXCEPTION 'a budget has no period at %', at;
        END IF;
        IF tight IS NOT NULL THEN
            PERFORM refuse_hold(tight.level, tight.free, p_amount, tight.period_end);
        END IF;
        INSERT INTO holds (request_id, organization_id, user_id, purpose, amount, budget_ids, period_starts)
        VALUES (p_request, p_organization, p_user, p_purpose, p_amount, ids, starts)
        ON CONFLICT (request_id) DO NOTHING;
        IF FOUND THEN
            IF p_amount > 0 THEN
                INSERT INTO ledger_entries
                    (organization_id, budget_id, period_start, request_id, from_account, to_account, amount)
                SELECT p_organization, taken.budget_id, taken.period_start, p_request, 'free', 'held', p_amount
                FROM unnest(ids, starts) AS taken (budget_id, period_start);
                PERFORM lock_room(p_organization, ids, starts, p_amount);
            END IF;
            RETURN p_amount;
        END IF;
        SELECT * INTO known FROM holds WHERE request_id = p_request;  -- another took it meanwhile
    END IF;
    IF known.organization_id <> p_organization OR known.user_id <> p_user THEN
        RAISE EXCEPTION 'the request % is not this caller''s', p_request USING ERRCODE = 'P0409';
    END IF;
    RETURN CASE known.state WHEN 'held' THEN known.amount ELSE 0 END;
END $$;

-- Takes more for a hold that is still open, at the levels and periods that it was taken from; P0402 when it does not
-- fit. A task needs more when a call was lost: what that call may cost stays held, and its repetition needs room.
CREATE OR REPLACE FUNCTION extend_hold(p_organization uuid, p_request text, p_more bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    hold holds;
BEGIN
    IF p_more < 0 THEN
        RAISE EXCEPTION 'an extension by less than nothing' USING ERRCODE = '22003';
    END IF;
    UPDATE holds SET amount = amount + p_more
    WHERE request_id = p_request AND organization_id = p_organization AND state = 'held'
    RETURNING * INTO hold;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no open hold for request %', p_request USING ERRCODE = 'P0404';
    END IF;
    IF p_more > 0 THEN
        INSERT INTO ledger_entries
            (organization_id, budget_id, period_start, request_id, from_account, to_account, amount)
        SELECT p_organization, taken.budget_id, taken.period_start, p_request, 'free', 'held', p_more
        FROM unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start);
        PERFORM lock_room(p_organization, hold.budget_ids, hold.period_starts, p_more);
    END IF;
    RETURN hold.amount;
END $$;

-- Settles a hold at `p_cost`, keeps `p_keep` held for calls whose outcome is unknown, and frees the rest, in the
-- periods that it was taken from, whatever the date is now. Settling again changes nothing, except that what was kept
-- as unknown can be settled once more. A cost above the hold is capped at it and recorded as an incident.
-- `settled`: what the request has cost in all. `alerts`: how many were raised, to be announced after the commit.
CREATE FUNCTION settle_hold(p_organization uuid, p_request text, p_cost bigint, p_keep bigint DEFAULT 0,
                            p_at timestamptz DEFAULT NULL, OUT settled bigint, OUT alerts int)
LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := coalesce(p_at, clock_timestamp());
    hold holds;
    level record;
    available bigint;
    cost bigint;
    keep bigint;
    owed bigint;
    marks int[] := '{}';
    fresh int;
BEGIN
    alerts := 0;
    IF p_cost < 0 OR p_keep < 0 THEN
        RAISE EXCEPTION 'a settlement of less than nothing' USING ERRCODE = '22003';
    END IF;
    SELECT * INTO hold FROM holds WHERE request_id = p_request AND organization_id = p_organization FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no hold for request %', p_request USING ERRCODE = 'P0404';
    END IF;
    settled := hold.settled;
    IF hold.state IN ('settled', 'released') THEN
        RETURN;
    END IF;
    available := CASE hold.state WHEN 'held' THEN hold.amount ELSE hold.kept END;
    cost := least(p_cost, available);
    keep := least(p_keep, available - cost);
    settled := hold.settled + cost;
    IF p_cost > available THEN
        INSERT INTO budget_incidents (organization_id, request_id, kind, amount)
        VALUES (p_organization, p_request, 'billed_above_hold', p_cost - available);
    END IF;
    UPDATE holds h SET settled = settle_hold.settled, kept = keep, settled_at = clock_timestamp(),
        state = CASE WHEN keep > 0 THEN 'unknown' WHEN settle_hold.settled = 0 THEN 'released' ELSE 'settled' END
    WHERE h.request_id = p_request AND h.organization_id = p_organization;
    INSERT INTO ledger_entries (organization_id, budget_id, period_start, request_id, from_account, to_account, amount)
    SELECT p_organization, taken.budget_id, taken.period_start, p_request, 'held', moved.account, moved.amount
    FROM unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start)
    CROSS JOIN (VALUES ('spent', cost), ('free', available - keep - cost)) AS moved (account, amount)
    WHERE moved.amount > 0;
    IF available = keep THEN  -- nothing moves
        RETURN;
    END IF;

    FOR level IN
        SELECT b.mode, p.budget_id, p.period_start, p.period_end, p.granted, p.spent, p.alerted
        FROM unnest(hold.budget_ids, hold.period_starts) WITH ORDINALITY AS taken (budget_id, period_start, place)
        JOIN budget_periods p ON p.budget_id = taken.budget_id AND p.period_start = taken.period_start
        JOIN budgets b ON b.budget_id = p.budget_id
        WHERE p.organization_id = p_organization
        ORDER BY taken.place
        FOR NO KEY UPDATE OF p
    LOOP
        fresh := CASE WHEN cost = 0 THEN 0 ELSE
            marks_passed(level.spent + cost, level.granted, level.period_start, level.period_end, at)
            & ~level.alerted END;
        marks := marks || fresh;
        IF fresh > 0 THEN
            INSERT INTO budget_alerts (organization_id, budget_id, period_start, kind, request_id, spent, granted)
            SELECT p_organization, level.budget_id, level.period_start, mark.kind, p_request, level.spent + cost,
                   level.granted
            FROM (VALUES (1, 'used_80'), (2, 'used_95'), (4, 'used_100'), (8, 'forecast')) AS mark (bit, kind)
            WHERE fresh & mark.bit > 0
            ON CONFLICT DO NOTHING;
            alerts := alerts + 1;
        END IF;
        owed := least(cost, level.spent + cost - level.granted);
        IF level.mode = 'soft' AND owed > 0 THEN
            INSERT INTO budget_debts (organization_id, budget_id, period_start, request_id, amount)
            VALUES (p_organization, level.budget_id, level.period_start, p_request, owed);
        END IF;
    END LOOP;
    UPDATE budget_periods p
    SET held = p.held - (available - keep), spent = p.spent + cost, alerted = p.alerted | taken.mark
    FROM unnest(hold.budget_ids, hold.period_starts, marks) AS taken (budget_id, period_start, mark)
    WHERE p.organization_id = p_organization
      AND p.budget_id = taken.budget_id AND p.period_start = taken.period_start;
END $$;

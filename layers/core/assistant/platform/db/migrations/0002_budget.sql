-- Money, in whole micro-dollars. `granted = spent + held + free` for every budget in every period, at every commit:
-- the sums stand in budget_periods, the proof in ledger_entries.
CREATE TABLE budgets (
    budget_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    level text NOT NULL CHECK (level IN ('organization', 'team', 'user')),
    owner_id uuid NOT NULL,                          -- the organization, team or user that it limits
    period text NOT NULL DEFAULT 'monthly' CHECK (period IN ('daily', 'weekly', 'monthly', 'yearly')),
    limit_microdollars bigint NOT NULL CHECK (limit_microdollars > 0),
    mode text NOT NULL DEFAULT 'hard' CHECK (mode IN ('hard', 'soft', 'warn')),
    UNIQUE (owner_id, level)
);
CREATE INDEX budgets_organization ON budgets (organization_id);

CREATE TABLE budget_periods (
    budget_id uuid NOT NULL REFERENCES budgets,
    organization_id uuid NOT NULL REFERENCES organizations,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    granted bigint NOT NULL,
    spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
    held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
    PRIMARY KEY (budget_id, period_start)
) WITH (fillfactor = 50);  -- updated on every call to a model: room for in-page updates

CREATE TABLE holds (
    request_id text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    purpose text NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),      -- what was taken
    settled bigint NOT NULL DEFAULT 0 CHECK (settled >= 0),
    kept bigint NOT NULL DEFAULT 0 CHECK (kept >= 0),  -- still held for calls whose outcome is unknown
    state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'unknown', 'settled', 'released')),
    budget_ids uuid[] NOT NULL,                      -- the periods that it was taken from, pairwise
    period_starts timestamptz[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CHECK (settled + kept <= amount)
);
CREATE INDEX holds_open ON holds (created_at) WHERE state IN ('held', 'unknown');
CREATE INDEX holds_user ON holds (organization_id, user_id, created_at);

-- Double entry: an amount leaves one account of a budget's period and enters another. Rows are never changed.
CREATE TABLE ledger_entries (
    entry_id bigint GENERATED ALWAYS AS IDENTITY,
    organization_id uuid NOT NULL,
    budget_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    request_id text,                                 -- none for a grant or an adjustment
    from_account text NOT NULL CHECK (from_account IN ('granted', 'free', 'held', 'spent')),
    to_account text NOT NULL CHECK (to_account IN ('granted', 'free', 'held', 'spent')),
    amount bigint NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entry_id)
);
CREATE INDEX ledger_entries_budget ON ledger_entries (budget_id, period_start);
CREATE INDEX ledger_entries_request ON ledger_entries (request_id);
REVOKE UPDATE, DELETE ON ledger_entries FROM assistant;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What should not happen and must not pass in silence, such as a provider that bills above the hold.
CREATE TABLE budget_incidents (
    incident_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL,
    request_id text NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The period that holds `at`, turning over at the organization's midnight.
CREATE FUNCTION period_bounds(p_period text, p_zone text, p_at timestamptz,
                              OUT period_start timestamptz, OUT period_end timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT start_local AT TIME ZONE p_zone, (start_local + step) AT TIME ZONE p_zone
    FROM (
        SELECT date_trunc(unit, p_at AT TIME ZONE p_zone) AS start_local, ('1 ' || unit)::interval AS step
        FROM (SELECT CASE p_period WHEN 'daily' THEN 'day' WHEN 'weekly' THEN 'week'
                                   WHEN 'monthly' THEN 'month' ELSE 'year' END AS unit) AS units
    ) AS local
$$;

-- Opens the current period of each budget above a user; grants it its limit. Concurrent openers open it once.
CREATE FUNCTION open_periods(p_organization uuid, p_user uuid, p_at timestamptz) RETURNS void
LANGUAGE sql AS $$
    WITH opened AS (
        INSERT INTO budget_periods (budget_id, organization_id, period_start, period_end, granted)
        SELECT b.budget_id, b.organization_id, bounds.period_start, bounds.period_end, b.limit_microdollars
        FROM users u
        JOIN organizations o ON o.organization_id = u.organization_id
        JOIN budgets b ON b.organization_id = u.organization_id AND b.owner_id IN (u.organization_id, u.team_id, u.user_id)
        CROSS JOIN LATERAL period_bounds(b.period, o.time_zone, p_at) AS bounds
        WHERE u.organization_id = p_organization AND u.user_id = p_user
        ORDER BY b.level, b.budget_id
        ON CONFLICT DO NOTHING
        RETURNING budget_id, organization_id, period_start, granted
    )
    INSERT INTO ledger_entries (organization_id, budget_id, period_start, from_account, to_account, amount)
    SELECT organization_id, budget_id, period_start, 'granted', 'free', granted FROM opened
$$;

-- Holds `p_amount` at every level above the user, or at none. Refusal is the error P0402 with the reason as JSON in
-- DETAIL, so that whatever else the transaction did is undone with it. The same request id holds once.
CREATE FUNCTION hold_budget(p_organization uuid, p_user uuid, p_request text, p_amount bigint, p_purpose text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := clock_timestamp();
    level record;
    ids uuid[] := '{}';
    starts timestamptz[] := '{}';
    pass int;
BEGIN
    FOR pass IN 1..2 LOOP
        ids := '{}';
        starts := '{}';
        -- Every holder locks in the same order, the organization first, so that no two wait for each other.
        FOR level IN
            SELECT b.level, b.mode, p.budget_id, p.period_start, p.period_end, p.granted - p.spent - p.held AS free
            FROM budgets b
            JOIN users u ON u.organization_id = b.organization_id
                        AND b.owner_id IN (u.organization_id, u.team_id, u.user_id)
            JOIN budget_periods p ON p.budget_id = b.budget_id AND p.period_start <= at AND p.period_end > at
            WHERE b.organization_id = p_organization AND u.user_id = p_user
            ORDER BY b.level, b.budget_id
            FOR NO KEY UPDATE OF p
        LOOP
            IF level.free < p_amount AND level.mode = 'hard'
               AND NOT EXISTS (SELECT FROM holds WHERE request_id = p_request AND organization_id = p_organization) THEN
                RAISE EXCEPTION 'no room in the budget of the %', level.level USING ERRCODE = 'P0402',
                    DETAIL = json_build_object('level', level.level, 'remaining', greatest(level.free, 0),
                                               'required', p_amount, 'resets_at', level.period_end)::text;
            END IF;
            ids := ids || level.budget_id;
            starts := starts || level.period_start;
        END LOOP;
        EXIT WHEN cardinality(ids) > 0 AND cardinality(ids) = (
            SELECT count(*) FROM budgets b JOIN users u ON u.organization_id = b.organization_id
                AND b.owner_id IN (u.organization_id, u.team_id, u.user_id)
            WHERE b.organization_id = p_organization AND u.user_id = p_user);
        PERFORM open_periods(p_organization, p_user, at);
    END LOOP;
    IF cardinality(ids) = 0 THEN  -- no budget, no money
        RAISE EXCEPTION 'the user has no budget' USING ERRCODE = 'P0402',
            DETAIL = json_build_object('level', 'user', 'remaining', 0, 'required', p_amount, 'resets_at', NULL)::text;
    END IF;

    INSERT INTO holds (request_id, organization_id, user_id, purpose, amount, budget_ids, period_starts)
    VALUES (p_request, p_organization, p_user, p_purpose, p_amount, ids, starts)
    ON CONFLICT (request_id) DO NOTHING;
    IF NOT FOUND OR p_amount = 0 THEN
        RETURN p_amount;
    END IF;
    UPDATE budget_periods p SET held = p.held + p_amount
    FROM unnest(ids, starts) AS taken (budget_id, period_start)
    WHERE p.budget_id = taken.budget_id AND p.period_start = taken.period_start;
    INSERT INTO ledger_entries (organization_id, budget_id, period_start, request_id, from_account, to_account, amount)
    SELECT p_organization, taken.budget_id, taken.period_start, p_request, 'free', 'held', p_amount
    FROM unnest(ids, starts) AS taken (budget_id, period_start);
    RETURN p_amount;
END $$;

-- Settles a hold at `p_cost`, keeps `p_keep` held for calls whose outcome is unknown, and frees the rest. Settling
-- again changes nothing, except that what was kept as unknown can be settled once more. Returns what the request
-- has cost in all; a cost above the hold is capped at it and recorded as an incident.
CREATE FUNCTION settle_hold(p_organization uuid, p_request text, p_cost bigint, p_keep bigint DEFAULT 0)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    hold holds;
    available bigint;
    cost bigint;
    keep bigint;
BEGIN
    SELECT * INTO hold FROM holds WHERE request_id = p_request AND organization_id = p_organization FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no hold for request %', p_request USING ERRCODE = 'P0404';
    END IF;
    IF hold.state IN ('settled', 'released') THEN
        RETURN hold.settled;
    END IF;
    available := CASE hold.state WHEN 'held' THEN hold.amount ELSE hold.kept END;
    cost := least(p_cost, available);
    keep := least(p_keep, available - cost);
    IF p_cost > available THEN
        INSERT INTO budget_incidents (organization_id, request_id, kind, amount)
        VALUES (p_organization, p_request, 'billed_above_hold', p_cost - available);
    END IF;

    PERFORM FROM budget_periods p JOIN budgets b USING (budget_id)
    JOIN unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start)
        ON p.budget_id = taken.budget_id AND p.period_start = taken.period_start
    WHERE b.organization_id = p_organization
    ORDER BY b.level, b.budget_id
    FOR NO KEY UPDATE OF p;
    UPDATE budget_periods p SET held = p.held - (available - keep), spent = p.spent + cost
    FROM unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start)
    WHERE p.budget_id = taken.budget_id AND p.period_start = taken.period_start;
    INSERT INTO ledger_entries (organization_id, budget_id, period_start, request_id, from_account, to_account, amount)
    SELECT p_organization, taken.budget_id, taken.period_start, p_request, 'held', moved.account, moved.amount
    FROM unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start)
    CROSS JOIN (VALUES ('spent', cost), ('free', available - keep - cost)) AS moved (account, amount)
    WHERE moved.amount > 0;
    UPDATE holds SET settled = settled + cost, kept = keep, settled_at = clock_timestamp(),
        state = CASE WHEN keep > 0 THEN 'unknown' WHEN settled + cost = 0 THEN 'released' ELSE 'settled' END
    WHERE request_id = p_request AND organization_id = p_organization;
    RETURN hold.settled + cost;
END $$;

-- Takes more for a hold that is still open, at the levels and periods that it was taken from; P0402 when it does not
-- fit. A task needs more when a call was lost: what that call may cost stays held, and its repetition needs room.
CREATE FUNCTION extend_hold(p_organization uuid, p_request text, p_more bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    hold holds;
    level record;
BEGIN
    SELECT * INTO hold FROM holds WHERE request_id = p_request AND organization_id = p_organization FOR UPDATE;
    IF NOT FOUND OR hold.state <> 'held' THEN
        RAISE EXCEPTION 'no open hold for request %', p_request USING ERRCODE = 'P0404';
    END IF;
    FOR level IN
        SELECT b.level, b.mode, p.period_end, p.granted - p.spent - p.held AS free
        FROM budget_periods p JOIN budgets b USING (budget_id)
        JOIN unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start)
            ON p.budget_id = taken.budget_id AND p.period_start = taken.period_start
        WHERE b.organization_id = p_organization
        ORDER BY b.level, b.budget_id
        FOR NO KEY UPDATE OF p
    LOOP
        IF level.free < p_more AND level.mode = 'hard' THEN
            RAISE EXCEPTION 'no room in the budget of the %', level.level USING ERRCODE = 'P0402',
                DETAIL = json_build_object('level', level.level, 'remaining', greatest(level.free, 0),
                                           'required', p_more, 'resets_at', level.period_end)::text;
        END IF;
    END LOOP;
    UPDATE budget_periods p SET held = p.held + p_more
    FROM unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start)
    WHERE p.budget_id = taken.budget_id AND p.period_start = taken.period_start;
    INSERT INTO ledger_entries (organization_id, budget_id, period_start, request_id, from_account, to_account, amount)
    SELECT p_organization, taken.budget_id, taken.period_start, p_request, 'free', 'held', p_more
    FROM unnest(hold.budget_ids, hold.period_starts) AS taken (budget_id, period_start);
    UPDATE holds SET amount = amount + p_more WHERE request_id = p_request AND organization_id = p_organization;
    RETURN hold.amount + p_more;
END $$;

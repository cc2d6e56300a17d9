-- Changes of limits by administrators: who, why, from what to what. Rows are never changed.
CREATE TABLE budget_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    budget_id uuid NOT NULL REFERENCES budgets,
    changed_by uuid NOT NULL REFERENCES users (user_id),
    reason text NOT NULL,
    old_limit bigint NOT NULL,
    new_limit bigint NOT NULL,
    old_mode text NOT NULL,
    new_mode text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX budget_changes_budget ON budget_changes (budget_id, created_at);
REVOKE UPDATE, DELETE ON budget_changes FROM assistant;
CREATE TRIGGER budget_changes_immutable BEFORE UPDATE OR DELETE ON budget_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Changes a budget's limit, and its mode unless that is null; the open period follows by an adjustment of what it was
-- granted. A limit below what is already spent and held leaves less than nothing free: nothing more is let through.
-- Returns no row when the organization has no such budget.
CREATE FUNCTION change_budget(p_organization uuid, p_level text, p_owner uuid, p_limit bigint, p_mode text, p_by uuid,
                              p_reason text, p_at timestamptz DEFAULT NULL)
RETURNS TABLE (old_limit bigint, new_limit bigint, old_mode text, new_mode text) LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := coalesce(p_at, clock_timestamp());
    budget budgets;
    open budget_periods;
BEGIN
    -- The lock that opening a period waits for: no period opens with the old limit meanwhile.
    SELECT * INTO budget FROM budgets b
    WHERE b.organization_id = p_organization AND b.level = p_level AND b.owner_id = p_owner FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE budgets b SET limit_microdollars = p_limit, mode = coalesce(p_mode, b.mode)
    WHERE b.organization_id = p_organization AND b.budget_id = budget.budget_id;
    INSERT INTO budget_changes (organization_id, budget_id, changed_by, reason, old_limit, new_limit, old_mode, new_mode)
    VALUES (p_organization, budget.budget_id, p_by, p_reason, budget.limit_microdollars, p_limit, budget.mode,
            coalesce(p_mode, budget.mode));
    SELECT * INTO open FROM budget_periods p
    WHERE p.organization_id = p_organization AND p.budget_id = budget.budget_id
      AND p.period_start <= at AND p.period_end > at
    FOR NO KEY UPDATE;
    IF FOUND AND open.granted <> p_limit THEN
        UPDATE budget_periods p SET granted = p_limit
        WHERE p.organization_id = p_organization AND p.budget_id = open.budget_id AND p.period_start = open.period_start;
        INSERT INTO ledger_entries (organization_id, budget_id, period_start, from_account, to_account, amount)
        VALUES (p_organization, open.budget_id, open.period_start,
                CASE WHEN p_limit > open.granted THEN 'granted' ELSE 'free' END,
                CASE WHEN p_limit > open.granted THEN 'free' ELSE 'granted' END, abs(p_limit - open.granted));
    END IF;
    RETURN QUERY SELECT budget.limit_microdollars, p_limit, budget.mode, coalesce(p_mode, budget.mode);
END $$;

-- Each budget of an organization with its period at an instant; one without a call in it yet has spent nothing.
CREATE FUNCTION current_periods(p_organization uuid, p_at timestamptz)
RETURNS TABLE (budget_id uuid, level text, owner_id uuid, mode text, period text, time_zone text,
               period_start timestamptz, period_end timestamptz, granted bigint, spent bigint, held bigint)
LANGUAGE sql STABLE AS $$
    SELECT b.budget_id, b.level, b.owner_id, b.mode, b.period, o.time_zone,
           coalesce(p.period_start, bounds.period_start), coalesce(p.period_end, bounds.period_end),
           coalesce(p.granted, b.limit_microdollars), coalesce(p.spent, 0), coalesce(p.held, 0)
    FROM budgets b
    JOIN organizations o ON o.organization_id = b.organization_id
    CROSS JOIN LATERAL period_bounds(b.period, o.time_zone, p_at) AS bounds
    LEFT JOIN LATERAL (
        SELECT * FROM budget_periods q
        WHERE q.organization_id = p_organization AND q.budget_id = b.budget_id AND q.period_start <= p_at
        ORDER BY q.period_start DESC LIMIT 1
    ) AS p ON p.period_end > p_at
    WHERE b.organization_id = p_organization
$$;

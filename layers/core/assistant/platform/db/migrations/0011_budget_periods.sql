-- Periods that turn over at the right instant: also where a clock change makes a midnight twice, or none.

-- The first instant at which clocks in the zone show `p_local`, or pass it. PostgreSQL itself takes the second one of
-- an hour that comes twice, which would leave the first belonging to no period.
CREATE FUNCTION first_instant(p_local timestamp, p_zone text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN earlier AT TIME ZONE p_zone = p_local THEN least(earlier, usual) ELSE usual END
    FROM (SELECT p_local AT TIME ZONE p_zone AS usual) AS taken
    CROSS JOIN LATERAL (SELECT usual - interval '24 hours' AS before) AS day_before
    CROSS JOIN LATERAL (
        SELECT (p_local - (before AT TIME ZONE p_zone - before AT TIME ZONE 'UTC')) AT TIME ZONE 'UTC' AS earlier
    ) AS with_the_offset_of_the_day_before
$$;

-- The period that holds `at`, turning over at the organization's midnight. Where clocks go back over midnight, a date
-- comes twice: its second part belongs to the period that has begun.
CREATE OR REPLACE FUNCTION period_bounds(p_period text, p_zone text, p_at timestamptz,
                                         OUT period_start timestamptz, OUT period_end timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT starts, ends
    FROM (SELECT CASE p_period WHEN 'daily' THEN 'day' WHEN 'weekly' THEN 'week'
                               WHEN 'monthly' THEN 'month' ELSE 'year' END AS unit) AS units
    CROSS JOIN LATERAL (
        SELECT date_trunc(unit, p_at AT TIME ZONE p_zone) AS local_start, ('1 ' || unit)::interval AS step
    ) AS local
    CROSS JOIN (VALUES (0), (1), (-1)) AS nearby (n)
    CROSS JOIN LATERAL (
        SELECT first_instant(local_start + n * step, p_zone) AS starts,
               first_instant(local_start + (n + 1) * step, p_zone) AS ends
    ) AS bounds
    WHERE starts <= p_at AND p_at < ends
    ORDER BY abs(n) LIMIT 1
$$;

-- Opens the current period of each budget above a user; grants it its limit. Concurrent openers open it once, and a
-- change of the limit waits for them or they for it. Periods of a budget never overlap: a changed time zone or kind
-- of period takes effect when the open period ends.
CREATE OR REPLACE FUNCTION open_periods(p_organization uuid, p_user uuid, p_at timestamptz) RETURNS void
LANGUAGE sql AS $$
    WITH above AS MATERIALIZED (
        SELECT b.budget_id, b.organization_id, b.period, b.limit_microdollars, o.time_zone
        FROM users u
        JOIN organizations o ON o.organization_id = u.organization_id
        JOIN budgets b ON b.organization_id = u.organization_id
            AND b.owner_id IN (u.organization_id, u.team_id, u.user_id)
        WHERE u.organization_id = p_organization AND u.user_id = p_user
        ORDER BY b.level, b.budget_id
        FOR SHARE OF b
    ), opened AS (
        INSERT INTO budget_periods (budget_id, organization_id, period_start, period_end, granted)
        SELECT above.budget_id, above.organization_id, greatest(bounds.period_start, earlier.period_end),
               least(bounds.period_end, later.period_start), above.limit_microdollars
        FROM above
        CROSS JOIN LATERAL period_bounds(above.period, above.time_zone, p_at) AS bounds
        CROSS JOIN LATERAL (
            SELECT max(q.period_end) AS period_end FROM budget_periods q
            WHERE q.organization_id = p_organization AND q.budget_id = above.budget_id AND q.period_start <= p_at
        ) AS earlier
        CROSS JOIN LATERAL (
            SELECT min(q.period_start) AS period_start FROM budget_periods q
            WHERE q.organization_id = p_organization AND q.budget_id = above.budget_id AND q.period_start > p_at
        ) AS later
        WHERE earlier.period_end IS NULL OR earlier.period_end <= p_at
        ON CONFLICT DO NOTHING
        RETURNING budget_id, organization_id, period_start, granted
    )
    INSERT INTO ledger_entries (organization_id, budget_id, period_start, from_account, to_account, amount)
    SELECT organization_id, budget_id, period_start, 'granted', 'free', granted FROM opened
$$;

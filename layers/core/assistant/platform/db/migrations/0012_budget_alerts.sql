-- Alerts, raised once per budget period and kind by the settlement that crosses the mark.
ALTER TABLE budget_periods ADD COLUMN alerted smallint NOT NULL DEFAULT 0;  -- bits: 1 at 80 %, 2 at 95 %, 4 at 100 %, 8 forecast

CREATE TABLE budget_alerts (
    alert_id bigint GENERATED ALWAYS AS IDENTITY,
    organization_id uuid NOT NULL REFERENCES organizations,
    budget_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('used_80', 'used_95', 'used_100', 'forecast')),
    request_id text NOT NULL,                        -- the settlement that crossed the mark
    spent bigint NOT NULL,
    granted bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    notified_at timestamptz,                         -- null is the outbox
    PRIMARY KEY (budget_id, period_start, kind)
);
CREATE INDEX budget_alerts_unsent ON budget_alerts (organization_id) WHERE notified_at IS NULL;

-- What a soft budget let through beyond its limit, by the request that did it. Rows are never changed.
CREATE TABLE budget_debts (
    organization_id uuid NOT NULL REFERENCES organizations,
    budget_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    request_id text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX budget_debts_period ON budget_debts (budget_id, period_start);
REVOKE UPDATE, DELETE ON budget_debts FROM assistant;
CREATE TRIGGER budget_debts_immutable BEFORE UPDATE OR DELETE ON budget_debts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The marks that a period stands above, as the bits of `alerted`. The forecast is the pace until now kept to the end;
-- the first tenth of a period says nothing about a pace, so it counts as a whole tenth.
CREATE FUNCTION marks_passed(p_spent bigint, p_granted bigint, p_start timestamptz, p_end timestamptz, p_at timestamptz)
RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_spent >= p_granted THEN 7
                WHEN p_spent >= p_granted * 0.95 THEN 3
                WHEN p_spent >= p_granted * 0.8 THEN 1 ELSE 0 END
         + CASE WHEN p_at < p_end AND p_spent < p_granted AND p_spent > p_granted * greatest(
                    0.1, extract(epoch FROM p_at - p_start) / extract(epoch FROM p_end - p_start)) THEN 8 ELSE 0 END
$$;

-- The model gateway: one row of llm_calls for each try that was sent, routing per organization, prices with tiers.
ALTER TABLE llm_calls
    ADD COLUMN provider_id text,                                  -- which entry of LLM_PROVIDERS was called
    ADD COLUMN strategy text,                                     -- what chose it
    ADD COLUMN attempt smallint NOT NULL DEFAULT 1,               -- 2 and 3 are a repetition or a failover
    ADD COLUMN cached_tokens bigint NOT NULL DEFAULT 0,           -- parts of input_tokens
    ADD COLUMN written_tokens bigint NOT NULL DEFAULT 0,
    ADD COLUMN error_code text,
    -- What a cancellation gave back of this call's reserve.
    ADD COLUMN saved bigint GENERATED ALWAYS AS (CASE WHEN outcome = 'cancelled' THEN reserved - cost END) STORED;
UPDATE llm_calls SET provider_id = provider;
ALTER TABLE llm_calls ALTER COLUMN provider_id SET NOT NULL;
-- Statistics of an organization over days. llm_calls_user serves those of one user.
CREATE INDEX llm_calls_organization ON llm_calls (organization_id, created_at);

-- How an organization's calls are spread over the providers; none means priority.
CREATE TABLE llm_settings (
    organization_id uuid PRIMARY KEY REFERENCES organizations,
    strategy text NOT NULL CHECK (strategy IN
        ('priority', 'cost_optimized', 'quality_optimized', 'balanced', 'round_robin', 'ab_test')),
    updated_by uuid NOT NULL REFERENCES users,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- A price without an organization holds for all of them; an organization own price comes before it. The newest that is
-- valid counts. `tiers` is none where one rate holds for prompts of every length.
ALTER TABLE model_prices DROP CONSTRAINT model_prices_pkey;
ALTER TABLE model_prices
    ADD COLUMN tiers jsonb,                                       -- [{above, input, output, cached, written}]
    ADD COLUMN organization_id uuid REFERENCES organizations;
CREATE UNIQUE INDEX model_prices_version
    ON model_prices (provider, model, organization_id, valid_from) NULLS NOT DISTINCT;

-- Who changed the routing or a price, from what to what, and why. Rows are never changed.
CREATE TABLE llm_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    subject text NOT NULL CHECK (subject IN ('routing_strategy', 'price')),
    before jsonb,
    after jsonb NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX llm_changes_organization ON llm_changes (organization_id, created_at);
REVOKE UPDATE, DELETE ON llm_changes FROM assistant;
CREATE TRIGGER llm_changes_immutable BEFORE UPDATE OR DELETE ON llm_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

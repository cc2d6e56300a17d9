-- Every call to a model: who, what for, what it used, what it cost.
CREATE TABLE model_prices (
    provider text NOT NULL,
    model text NOT NULL,
    input_microdollars_per_million bigint NOT NULL CHECK (input_microdollars_per_million >= 0),
    output_microdollars_per_million bigint NOT NULL CHECK (output_microdollars_per_million >= 0),
    source text NOT NULL,
    valid_from date NOT NULL,
    PRIMARY KEY (provider, model)
);

CREATE TABLE llm_calls (
    call_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    request_id text NOT NULL,                         -- the hold that pays
    purpose text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    reserved bigint NOT NULL CHECK (reserved >= 0),   -- worst case, within the hold
    cost bigint,                                      -- null until the outcome is known
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    outcome text NOT NULL DEFAULT 'started'
        CHECK (outcome IN ('started', 'succeeded', 'cancelled', 'failed', 'unknown')),
    first_token_ms integer,
    duration_ms integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX llm_calls_request ON llm_calls (request_id);
CREATE INDEX llm_calls_user ON llm_calls (organization_id, user_id, created_at);

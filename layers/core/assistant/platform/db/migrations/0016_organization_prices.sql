-- An organization own prices in a table of their own: model_prices belongs to nobody and holds for the deployment.
CREATE TABLE organization_prices (
    organization_id uuid NOT NULL REFERENCES organizations,
    provider text NOT NULL,
    model text NOT NULL,
    tiers jsonb NOT NULL,                             -- [{above, input, output, cached, written}], micro-dollars
    source text NOT NULL,
    valid_from date NOT NULL,
    PRIMARY KEY (organization_id, provider, model, valid_from)
);
INSERT INTO organization_prices (organization_id, provider, model, tiers, source, valid_from)
SELECT organization_id, provider, model, tiers, source, valid_from
FROM model_prices WHERE organization_id IS NOT NULL AND tiers IS NOT NULL;
DELETE FROM model_prices WHERE organization_id IS NOT NULL;
DROP INDEX model_prices_version;
ALTER TABLE model_prices DROP COLUMN organization_id;
ALTER TABLE model_prices ADD PRIMARY KEY (provider, model, valid_from);

-- The ledger by month, so that an old month can be archived whole and the indexes of this one stay small.

-- Makes the monthly partitions of a table of ours from the month of `p_from` on; how many are new. `assistant` owns
-- nothing and may not create tables, so the function runs as the owner. Rows that came while a month had no partition
-- stand in the default one, and are moved. Attaching blocks nobody who writes into other partitions.
CREATE FUNCTION open_monthly_partitions(p_parent text, p_from timestamptz, p_months int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamp;
    part text;
    spare text := p_parent || '_default';
    early timestamptz;
    late timestamptz;
    strays boolean;
    made int := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_partitioned_table t JOIN pg_class c ON c.oid = t.partrelid
                   WHERE c.relname = p_parent AND c.relnamespace = 'public'::regnamespace
                     AND c.relowner = current_user::regrole) THEN
        RAISE EXCEPTION '% is no partitioned table of ours', p_parent USING ERRCODE = '42809';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext(p_parent));  -- two schedules at once wait for each other
    FOR month IN SELECT date_trunc('month', p_from AT TIME ZONE 'UTC') + make_interval(months => n)
                 FROM generate_series(0, p_months) AS n LOOP
        part := p_parent || to_char(month, '_YYYY_MM');
        CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;
        early := month AT TIME ZONE 'UTC';
        late := (month + interval '1 month') AT TIME ZONE 'UTC';
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, p_parent);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE created_at >= $1 AND created_at < $2)', spare)
            INTO strays USING early, late;
        IF strays THEN
            EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', spare);  -- moving a row is no change of it
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE created_at >= $1 AND created_at < $2 RETURNING *)
                            INSERT INTO %I SELECT * FROM moved', spare, part) USING early, late;
            EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', spare);
        END IF;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', p_parent, part, early, late);
        EXECUTE format('REVOKE ALL ON %I FROM assistant', part);  -- only through the parent, which cannot be changed
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION open_monthly_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_monthly_partitions TO assistant;

ALTER TABLE ledger_entries RENAME TO ledger_entries_whole;
ALTER INDEX ledger_entries_pkey RENAME TO ledger_entries_whole_pkey;
ALTER INDEX ledger_entries_budget RENAME TO ledger_entries_whole_budget;
ALTER INDEX ledger_entries_request RENAME TO ledger_entries_whole_request;

CREATE SEQUENCE ledger_entry_ids;  -- a partitioned table has no identity columns before PostgreSQL 17
CREATE TABLE ledger_entries (
    entry_id bigint NOT NULL DEFAULT nextval('ledger_entry_ids'),
    organization_id uuid NOT NULL,
    budget_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    request_id text,                                 -- none for a grant or an adjustment
    from_account text NOT NULL CHECK (from_account IN ('granted', 'free', 'held', 'spent')),
    to_account text NOT NULL CHECK (to_account IN ('granted', 'free', 'held', 'spent')),
    amount bigint NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entry_id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX ledger_entries_budget ON ledger_entries (budget_id, period_start);
CREATE INDEX ledger_entries_request ON ledger_entries (request_id);
CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE ON ledger_entries FROM assistant;
CREATE TABLE ledger_entries_default PARTITION OF ledger_entries DEFAULT;
REVOKE ALL ON ledger_entries_default FROM assistant;

DO $$
DECLARE
    oldest timestamptz;
BEGIN
    SELECT coalesce(min(created_at), now()) INTO oldest FROM ledger_entries_whole;
    PERFORM open_monthly_partitions('ledger_entries', oldest, 3 + CAST(
        extract(year FROM age(now(), oldest)) * 12 + extract(month FROM age(now(), oldest)) + 1 AS int));
END $$;
INSERT INTO ledger_entries SELECT * FROM ledger_entries_whole;
SELECT setval('ledger_entry_ids', coalesce(max(entry_id), 0) + 1, false) FROM ledger_entries;
DROP TABLE ledger_entries_whole;

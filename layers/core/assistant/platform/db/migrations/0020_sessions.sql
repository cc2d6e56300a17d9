-- A sign-in: the family of its refresh tokens, and what its access tokens name as their `sid`. Ending it is one row,
-- so that nothing that is being given out at that moment can outlive it.
CREATE TABLE sessions (
    session_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('logout', 'reuse', 'password'))
);
CREATE INDEX sessions_user ON sessions (organization_id, user_id) WHERE ended_at IS NULL;

INSERT INTO sessions (session_id, organization_id, user_id, created_at, ended_at, end_reason)
SELECT family_id, organization_id, user_id, min(created_at), max(revoked_at),
       CASE WHEN max(revoked_at) IS NOT NULL THEN 'reuse' END
FROM refresh_tokens GROUP BY family_id, organization_id, user_id;
ALTER TABLE refresh_tokens DROP COLUMN revoked_at;
ALTER TABLE refresh_tokens ADD FOREIGN KEY (family_id) REFERENCES sessions;

-- Wrong passwords by account, whether there is such an account or not: what is locked must not tell who exists.
-- The account is a digest of the address. It belongs to nobody, so there is no organization.
CREATE TABLE sign_in_failures (
    account text PRIMARY KEY,
    failures integer NOT NULL,
    last_failed_at timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX sign_in_failures_age ON sign_in_failures (last_failed_at);

ALTER TABLE users ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

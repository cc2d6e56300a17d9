-- Who may call. The functions connect as `assistant`, which owns nothing and may not change the schema.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assistant') THEN
        CREATE ROLE assistant LOGIN;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN  -- on RDS: sign in with an IAM token
        GRANT rds_iam TO assistant;
    END IF;
END $$;
-- A role's settings, because a SET in a session would pin it to one connection of the proxy.
ALTER ROLE assistant SET statement_timeout = '20s';
ALTER ROLE assistant SET lock_timeout = '10s';
ALTER ROLE assistant SET idle_in_transaction_session_timeout = '60s';
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO assistant;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO assistant;
GRANT SELECT ON schema_migrations TO assistant;

CREATE TABLE organizations (
    organization_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',          -- IANA name; budget periods turn over in it
    email_domains text[] NOT NULL DEFAULT '{}',     -- whose addresses may register themselves here
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE teams (
    team_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    name text NOT NULL,
    UNIQUE (organization_id, name)
);

CREATE TABLE users (
    user_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    team_id uuid REFERENCES teams,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    scopes text[] NOT NULL DEFAULT '{basic,search,generate}',
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON users (lower(email));
CREATE INDEX users_organization ON users (organization_id);

-- One row per refresh token ever given; a family is one sign-in. Only hashes are kept.
CREATE TABLE refresh_tokens (
    token_hash text PRIMARY KEY,
    family_id uuid NOT NULL,
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

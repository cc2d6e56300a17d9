-- Tickets for the socket, subscriptions and limits of a connection, broadcasts, counters.

-- How far every live socket of the user has acknowledged; only forward.
ALTER TABLE notification_streams ADD COLUMN delivered_offset bigint NOT NULL DEFAULT 0;

-- The outbox of one user, in order.
CREATE INDEX notifications_outbox ON notifications (user_id, "offset") WHERE sent_at IS NULL;

ALTER TABLE connections
    ADD COLUMN types text[],                                     -- what it subscribed to; null is everything
    ADD COLUMN window_started_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN window_messages int NOT NULL DEFAULT 0,           -- heard from it in this minute
    ADD COLUMN rotate_sent_at timestamptz;                       -- told to move to a new socket
CREATE INDEX connections_silent ON connections (last_seen_at);
CREATE INDEX connections_old ON connections (connected_at) WHERE rotate_sent_at IS NULL;

-- One use each, for a minute; only hashes are kept.
CREATE TABLE connection_tickets (
    ticket_hash text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    token_id text NOT NULL,                                      -- of the access token that asked for it
    expires_at timestamptz NOT NULL
);
CREATE INDEX connection_tickets_age ON connection_tickets (expires_at);

-- A message to everyone of an organisation, appended in batches. `reached` is the last user who has it.
CREATE TABLE broadcasts (
    broadcast_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    created_by uuid NOT NULL REFERENCES users,
    type text NOT NULL,
    priority text NOT NULL,
    data jsonb NOT NULL,
    recipients int NOT NULL,
    appended int NOT NULL DEFAULT 0,
    reached uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX broadcasts_unfinished ON broadcasts (created_at) WHERE finished_at IS NULL;

-- Totals since the beginning. Several rows a name, so that writers do not wait for each other.
CREATE TABLE notification_counters (
    name text NOT NULL,
    shard int NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (name, shard)
);

-- append_notification for many users of one organisation; returns those who listen.
CREATE FUNCTION append_notifications(p_organization uuid, p_users uuid[], p_type text, p_priority text, p_data jsonb,
                                     p_kept int)
RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
BEGIN
    -- In one order, so that two at once cannot wait for each other.
    PERFORM 1 FROM notification_streams s
        WHERE s.organization_id = p_organization AND s.user_id = ANY (p_users) ORDER BY s.user_id FOR UPDATE;
    INSERT INTO notification_streams AS s (user_id, organization_id, last_offset)
    SELECT u.user_id, u.organization_id, 1 FROM users u
        WHERE u.organization_id = p_organization AND u.user_id = ANY (p_users) ORDER BY u.user_id
    ON CONFLICT (user_id) DO UPDATE SET last_offset = s.last_offset + 1;
    -- A statement of its own: it sees every socket that registered before the streams were locked.
    INSERT INTO notifications (user_id, organization_id, "offset", type, priority, data, sent_at)
    SELECT s.user_id, s.organization_id, s.last_offset, p_type, p_priority, p_data,
           CASE WHEN NOT EXISTS (SELECT FROM connections c
                                 WHERE c.organization_id = p_organization AND c.user_id = s.user_id)
                THEN clock_timestamp() END
    FROM notification_streams s WHERE s.organization_id = p_organization AND s.user_id = ANY (p_users);
    DELETE FROM notifications n USING notification_streams s
        WHERE n.organization_id = p_organization AND s.organization_id = p_organization AND s.user_id = ANY (p_users)
          AND n.user_id = s.user_id AND n."offset" <= s.last_offset - p_kept;
    RETURN QUERY SELECT DISTINCT c.user_id FROM connections c
        WHERE c.organization_id = p_organization AND c.user_id = ANY (p_users);
END $$;

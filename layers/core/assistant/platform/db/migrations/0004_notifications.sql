-- Each user has a log whose offsets grow by one. A new epoch says that an older log is gone.
CREATE TABLE notification_streams (
    user_id uuid PRIMARY KEY REFERENCES users,
    organization_id uuid NOT NULL REFERENCES organizations,
    epoch uuid NOT NULL DEFAULT gen_random_uuid(),
    last_offset bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

CREATE TABLE notifications (
    user_id uuid NOT NULL REFERENCES users,
    organization_id uuid NOT NULL REFERENCES organizations,
    "offset" bigint NOT NULL,
    message_id uuid NOT NULL DEFAULT gen_random_uuid(),
    type text NOT NULL,
    priority text NOT NULL DEFAULT 'normal',
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz,                              -- handed to the delivery queue; null is the outbox
    PRIMARY KEY (user_id, "offset")
);
CREATE INDEX notifications_unsent ON notifications (created_at) WHERE sent_at IS NULL;
CREATE INDEX notifications_age ON notifications (created_at);

CREATE TABLE connections (
    connection_id text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    connected_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    acked_offset bigint NOT NULL DEFAULT 0
);
CREATE INDEX connections_of_user ON connections (user_id);

-- Appends to a user's log and tells who listens. The stream's row is locked first: whoever connects meanwhile either
-- is in the answer or reads a last_offset that has this notification, so nothing falls between.
CREATE FUNCTION append_notification(p_organization uuid, p_user uuid, p_type text, p_priority text, p_data jsonb,
                                    p_kept int)
RETURNS TABLE (message_id uuid, "offset" bigint, epoch uuid, created_at timestamptz, connection_ids text[])
LANGUAGE plpgsql AS $$
DECLARE
    stream notification_streams;
    added notifications;
    listening text[];
BEGIN
    INSERT INTO notification_streams AS s (user_id, organization_id, last_offset)
    SELECT u.user_id, u.organization_id, 1 FROM users u WHERE u.user_id = p_user AND u.organization_id = p_organization
    ON CONFLICT (user_id) DO UPDATE SET last_offset = s.last_offset + 1
    RETURNING s.* INTO STRICT stream;
    listening := ARRAY(SELECT c.connection_id FROM connections c
                       WHERE c.user_id = p_user AND c.organization_id = p_organization);
    -- Nobody listens: there is nothing to send, a client that comes later resumes.
    INSERT INTO notifications AS n (user_id, organization_id, "offset", type, priority, data, sent_at)
    VALUES (p_user, p_organization, stream.last_offset, p_type, p_priority, p_data,
            CASE WHEN cardinality(listening) = 0 THEN clock_timestamp() END)
    RETURNING n.* INTO added;
    DELETE FROM notifications n WHERE n.user_id = p_user AND n.organization_id = p_organization
        AND n."offset" <= stream.last_offset - p_kept;
    RETURN QUERY SELECT added.message_id, added."offset", stream.epoch, added.created_at, listening;
END $$;

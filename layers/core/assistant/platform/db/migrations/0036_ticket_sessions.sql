-- A ticket is good for nothing once the sign-in that asked for it has ended.
DELETE FROM connection_tickets;
ALTER TABLE connection_tickets DROP COLUMN token_id;
ALTER TABLE connection_tickets ADD COLUMN session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE;
CREATE INDEX connection_tickets_session ON connection_tickets (session_id);

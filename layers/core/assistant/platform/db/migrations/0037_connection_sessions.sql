-- The sign-in that a socket came with: when it ends, the socket does. Null for those that were open before this column.
ALTER TABLE connections ADD COLUMN session_id uuid REFERENCES sessions ON DELETE CASCADE;
CREATE INDEX connections_session ON connections (session_id);

-- What monitoring keeps, and what lets the schedule tend the indexes without giving the functions more rights.

-- The request that submitted a task: its id goes on through the worker's log to the socket.
ALTER TABLE tasks ADD COLUMN request_id text;

"""A PostgreSQL for a soak, and in it a migrated database that writes down every notification as it commits."""

import contextlib
import os
import tempfile
import uuid
from pathlib import Path

from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.migrate import migrate
from local.parts.postgres import Postgres
from local.process import free_port

TRUTH = """
CREATE TABLE soak_truth (serial bigserial PRIMARY KEY, user_id uuid, epoch uuid, "offset" bigint, message_id uuid);
GRANT SELECT, INSERT ON soak_truth TO assistant;
GRANT USAGE ON SEQUENCE soak_truth_serial_seq TO assistant;
CREATE FUNCTION soak_write_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO soak_truth (user_id, epoch, "offset", message_id)
    SELECT NEW.user_id, s.epoch, NEW."offset", NEW.message_id FROM notification_streams s WHERE s.user_id = NEW.user_id;
    RETURN NEW;
END $$;
CREATE TRIGGER soak_write_down AFTER INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION soak_write_down();
"""


@contextlib.contextmanager
def server():
    """(host, port): the one that TEST_POSTGRES=host:port names, else one that lives as long as the soak."""
    if address := os.environ.get("TEST_POSTGRES"):
        host, _, port = address.rpartition(":")
        yield host, int(port)
        return
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        postgres = Postgres(Path(folder) / "data", Path(folder) / "postgres.log", port)
        postgres.begin()
        process = postgres.process()
        process.start()
        try:
            process.wait_ready()
            yield "127.0.0.1", port
        finally:
            process.stop()


@contextlib.contextmanager
def fresh_database(host: str, port: int):
    """A migrated database with the trigger; yields what opens connections to it as the functions do."""

    def connect(name, user):
        return PooledConnection(user, host=host, port=port, database=name)

    name = f"soak_{uuid.uuid4().hex[:12]}"
    administrator = connect("postgres", "app")
    administrator.execute_simple(f"CREATE DATABASE {name}")
    owner = connect(name, "app")
    administrator.execute_simple("SELECT pg_advisory_lock(1)")
    migrate(owner)
    administrator.execute_simple("SELECT pg_advisory_unlock(1)")
    owner.execute_simple(TRUTH)
    owner.close()
    try:
        yield lambda: connect(name, "assistant")
    finally:
        administrator.execute_simple(f"DROP DATABASE {name} WITH (FORCE)")
        administrator.close()

"""Applies `migrations/NNNN_name.sql` in order, each once and whole. Runs as the owner, directly and not through the
proxy, since it may use what would pin a pooled session."""

import hashlib
from importlib.resources import files

from assistant.platform.db.connection import PooledConnection
from assistant.platform.observability import logger

LOCK = 727_001  # any constant: two deployments at once wait for each other

JOURNAL = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


class MigrationChanged(RuntimeError):
    """An applied migration's text differs from the file: write a new migration instead of editing one."""


def migrate(connection: PooledConnection) -> list[str]:
    """Apply what is missing; return the names applied now, in order."""
    applied = []
    folder = files("assistant.platform.db").joinpath("migrations")
    scripts = sorted((path for path in folder.iterdir() if path.name.endswith(".sql")), key=lambda path: path.name)
    connection.execute_simple("BEGIN")
    try:
        connection.execute_simple(f"SELECT pg_advisory_xact_lock({LOCK})")
        connection.execute_simple(JOURNAL)
        journal = {
            row["name"]: row["checksum"]
            for row in connection.execute("SELECT name, checksum FROM schema_migrations", {})
        }
        for script in scripts:
            text = script.read_text()
            checksum = hashlib.sha256(text.encode()).hexdigest()
            if script.name in journal:
                if journal[script.name] != checksum:
                    raise MigrationChanged(f"{script.name} was changed after it had been applied.")
                continue
            logger.info("migrating", extra={"migration": script.name})
            connection.execute_simple(text)
            connection.execute(
                "INSERT INTO schema_migrations (name, checksum) VALUES (:name, :checksum)",
                {"name": script.name, "checksum": checksum},
            )
            applied.append(script.name)
        connection.execute_simple("COMMIT")
    except BaseException:
        connection.execute_simple("ROLLBACK")
        raise
    return applied

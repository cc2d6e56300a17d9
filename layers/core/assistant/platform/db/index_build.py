"""Builds an index while everybody goes on writing. Runs as the owner, directly and not through the proxy: it takes
minutes, and belongs into no transaction."""

import re

from pg8000.exceptions import DatabaseError

from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.unit_of_work import Database
from assistant.platform.observability import logger

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class NotAnIndexOfOurs(ValueError):
    """The table or a column is not what the catalogue of this database has."""


def build_index(connection: PooledConnection, name: str, table: str, columns: list[str]) -> None:
    """CREATE INDEX CONCURRENTLY on a plain table of ours; a half-built one of that name is replaced, a whole one kept.

    Nothing of the names is believed: each must be in the catalogue, so whoever wrote them can at worst have made an
    index that nobody needs. Raises NotAnIndexOfOurs.
    """
    if not columns or not all(NAME.fullmatch(word) for word in (name, table, *columns)):
        raise NotAnIndexOfOurs(f"{table} ({', '.join(columns)})")
    known = connection.execute(
        """SELECT a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relname = :table AND c.relnamespace = CAST('public' AS regnamespace) AND c.relkind = 'r'
             AND c.relowner = CAST(current_user AS regrole) AND a.attnum > 0 AND NOT a.attisdropped""",
        {"table": table},
    )
    if not set(columns) <= {row["name"] for row in known}:
        raise NotAnIndexOfOurs(f"{table} ({', '.join(columns)})")
    there = connection.execute(
        """SELECT i.indisvalid AS whole FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           WHERE c.relname = :name AND c.relnamespace = CAST('public' AS regnamespace)""",
        {"name": name},
    )
    if there and there[0]["whole"]:
        return
    if there:
        connection.execute_simple(f'DROP INDEX CONCURRENTLY public."{name}"')
    listed = ", ".join(f'"{column}"' for column in columns)
    connection.execute_simple(f'CREATE INDEX CONCURRENTLY "{name}" ON public."{table}" ({listed})')


def requested_index(owner: Database, name: str) -> None:
    """Make an index of index_requests and store how that ended; one that was made already stays as it is."""
    with owner.reading() as work:
        request = work.one(
            "SELECT table_name, column_names, state FROM index_requests WHERE index_name = :name", name=name
        )
    if request is None or request["state"] == "created":
        return
    error = None
    try:
        build_index(owner.connection(), name, request["table_name"], request["column_names"])
    except (NotAnIndexOfOurs, DatabaseError) as raised:
        logger.exception("index_not_made", extra={"index": name})
        error = str(raised)[:500]
    with owner.transaction() as work:
        work.run(
            """UPDATE index_requests SET state = :state, error = CAST(:error AS text), finished_at = now()
               WHERE index_name = :name""",
            name=name,
            state="failed" if error else "created",
            error=error,
        )

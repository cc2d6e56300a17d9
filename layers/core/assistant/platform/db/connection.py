"""One PostgreSQL connection, safe through a transaction pooler (RDS Proxy)."""

import json
import ssl
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pg8000 import native
from pg8000.core import DESCRIBE, NULL_BYTE, SYNC_MSG, Context, _flush, _write, make_params
from pg8000.exceptions import DatabaseError, InterfaceError

from assistant.platform.config import setting
from assistant.platform.db.iam_token import iam_token
from assistant.platform.secrets import secret

Row = dict[str, Any]
PORTAL = b"P" + NULL_BYTE

# Parsing ":name" parameters out of the text is pure Python and the same every time.
_to_statement = lru_cache(maxsize=512)(native.to_statement)


class PooledConnection(native.Connection):  # type: ignore[misc]
    """pg8000 with one Sync per statement.

    Stock pg8000 sends a parameterised query as three Syncs. Each Sync outside a transaction lets a pooler hand the
    server connection to another client, whose unnamed statement then answers: wrong rows, no error. One Sync makes
    the statement indivisible, and saves two round trips. BEGIN and COMMIT can ride in the same packet.
    """

    def execute(self, sql: str, params: dict[str, Any], *, begin: bool = False, commit: bool = False) -> list[Row]:
        try:
            statement, make_values = _to_statement(sql)
        except InterfaceError as error:  # a mistake in the text; not to be taken for a dead connection
            raise ValueError(f"Not a statement with :name parameters: {error}") from error
        if begin:
            self._queue("BEGIN", ())
        context = Context(statement)
        self._queue(statement, make_values(params))
        if commit:  # skipped by the server when the statement fails
            self._queue("COMMIT", ())
        _write(self._sock, SYNC_MSG)
        _flush(self._sock)
        self.handle_messages(context)
        if not context.columns:
            return []
        names = [column["name"] for column in context.columns]
        return [dict(zip(names, row, strict=True)) for row in context.rows or ()]

    def _queue(self, statement: str, values: Sequence[Any]) -> None:
        self.send_PARSE(NULL_BYTE, statement, ())
        self.send_BIND(NULL_BYTE, make_params(self.py_types, values))
        self._send_message(DESCRIBE, PORTAL)
        self.send_EXECUTE()

    def answers_within(self, seconds: float) -> bool:
        """Whether the server answers a question soon; False means that the connection is to be thrown away."""
        usual = self._usock.gettimeout()
        try:
            self._usock.settimeout(seconds)
            self.execute("SELECT 1 AS one", {})
            self._usock.settimeout(usual)
        except (InterfaceError, DatabaseError, OSError, EOFError):
            return False
        return True

    @property
    def in_transaction(self) -> bool:
        """What the server said last: False when idle, True inside a (perhaps failed) transaction."""
        return bool(self._transaction_status != b"I")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # The default context loads every public CA, 20 ms a connection; the layer carries those of RDS and its proxy.
    return ssl.create_default_context(cafile=setting("DATABASE_CA_FILE", "/opt/python/certificates/rds-proxies.pem"))


def connect_as_owner() -> PooledConnection:
    """Connect to the database itself, past the proxy, as the master user: only for migrations."""
    host = setting("DATABASE_DIRECT_HOST")
    master = {"username": setting("DATABASE_USER"), "password": None}  # the local cloud trusts its own machine
    if setting("DATABASE_AUTHENTICATION", "iam") == "iam":
        master = json.loads(secret("DATABASE_MASTER_SECRET", fresh=True))
    return PooledConnection(
        master["username"],
        host=host,
        port=int(setting("DATABASE_PORT", "5432")),
        database=setting("DATABASE_NAME", "assistant"),
        password=master["password"],
        ssl_context=_tls() if setting("DATABASE_TLS", "require") == "require" else None,
        timeout=570,  # of the function's 600 seconds: an index on a large table takes its time
        application_name="migrate_database",
    )


def connect() -> PooledConnection:
    """Connect as the environment says. With `iam`, the password is a token signed here, without a network call."""
    host, port = setting("DATABASE_HOST"), int(setting("DATABASE_PORT", "5432"))
    user = setting("DATABASE_USER", "assistant")
    password = iam_token(host, port, user) if setting("DATABASE_AUTHENTICATION", "iam") == "iam" else None
    return PooledConnection(
        user,
        host=host,
        port=port,
        database=setting("DATABASE_NAME", "assistant"),
        password=password,
        ssl_context=_tls() if setting("DATABASE_TLS", "require") == "require" else None,
        timeout=float(setting("DATABASE_TIMEOUT_SECONDS", "25")),
        application_name=setting("AWS_LAMBDA_FUNCTION_NAME", "assistant"),
    )

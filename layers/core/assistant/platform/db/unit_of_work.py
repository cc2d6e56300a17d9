"""One request or one step of a task is one transaction; what must follow a commit is queued on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError

from assistant.platform.clock import monotonic, utc_now
from assistant.platform.config import setting
from assistant.platform.db.connection import PooledConnection, Row, connect
from assistant.platform.errors import Unavailable
from assistant.platform.observability import count, logger

# The server closed a connection that the sandbox kept: RDS Proxy's idle limit, a fail-over, a frozen sandbox.
LOST = (InterfaceError, OSError, EOFError)
UNREACHABLE = "The database does not answer. Try again in a few seconds; nothing was stored."
SLOW_STATEMENT_MS = "250"  # as log_min_duration_statement in template.yaml, but with the network and the pooler in it
LONG_SILENCE = 60.0  # seconds after which a kept connection is tried before it is trusted
TRIAL_SECONDS = 1.0
COMMIT_UNKNOWN = "The database went away while storing. Whether it was stored is unknown: read it back first."


class StatementFailed(Exception):
    """PostgreSQL refused a statement. `sqlstate` and `constraint` tell why; `detail` is the server's DETAIL text."""

    def __init__(self, sqlstate: str, message: str, detail: str, constraint: str) -> None:
        super().__init__(f"{sqlstate}: {message}")
        self.sqlstate, self.detail, self.constraint = sqlstate, detail, constraint

    @classmethod
    def of(cls, error: DatabaseError) -> "StatementFailed":
        fields = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        return cls(fields.get("C", "XX000"), fields.get("M", str(error)), fields.get("D", ""), fields.get("n", ""))


class Database:
    """The sandbox's connection, opened on first use and opened again when it turns out to be dead."""

    def __init__(self, open_connection: Callable[[], PooledConnection] = connect) -> None:
        self._open = open_connection
        self._connection: PooledConnection | None = None
        self._used_at = 0.0
        self.statements = 0
        self.seconds = 0.0

    def connection(self) -> PooledConnection:
        # Not monotonic(), which may stand still while the sandbox is frozen.
        now = utc_now().timestamp()
        if self._connection is not None and now - self._used_at > LONG_SILENCE:
            self._try_out(self._connection)
        self._used_at = now
        if self._connection is None:
            try:
                self._connection = self._open()
            except (*LOST, DatabaseError) as error:
                logger.exception("database_unreachable")
                count({"DatabaseUnreachable": 1})
                raise Unavailable(UNREACHABLE) from error
        return self._connection

    def _try_out(self, connection: PooledConnection) -> None:
        """A fail-over behind a frozen sandbox can leave a connection on which nothing ever comes back: no error, only
        the time-out of a statement, which is longer than the function lives. A short question finds out."""
        if connection.in_transaction or connection.answers_within(TRIAL_SECONDS):
            return
        logger.info("connection_went_dead_in_silence")
        self.discard()

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def another(self) -> "Database":
        """A connection of its own to the same database, for a thread beside this one. Discard it in the end."""
        return Database(self._open)

    def discard(self) -> None:
        """Close without a word: the next use opens anew. Whatever was uncommitted is rolled back by the server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (*LOST, DatabaseError):
                logger.debug("connection_was_already_dead")

    @contextmanager
    def transaction(self) -> Iterator["UnitOfWork"]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with self.work(autocommit=False) as work:
            yield work
            work.commit()
        work.run_after_commit()

    @contextmanager
    def reading(self) -> Iterator["UnitOfWork"]:
        """Single statements without a transaction: one round trip each. Only for reads."""
        with self.work(autocommit=True) as work:
            yield work

    @contextmanager
    def work(self, *, autocommit: bool) -> Iterator["UnitOfWork"]:
        """A unit of work whose opener says when to commit: what was not committed is rolled back at the end."""
        work = UnitOfWork(self, autocommit=autocommit)
        try:
            yield work
        except BaseException:
            work.rollback()
            raise
        work.rollback()  # does nothing after a commit


class UnitOfWork:
    """Statements that take effect together. BEGIN travels with the first statement, so it costs no round trip."""

    def __init__(self, database: Database, *, autocommit: bool) -> None:
        self.database = database
        self._autocommit = autocommit
        self._begun = False
        self._failed = False
        self._after_commit: list[Callable[[], object]] = []
        self.statements = 0
        self.seconds = 0.0

    def run(self, sql: str, **params: Any) -> list[Row]:
        """Run one statement with `:name` parameters; rows as dicts. Values are always bound, never written in.

        Raises StatementFailed when PostgreSQL refuses the statement, Unavailable when it cannot be reached.
        """
        in_transaction = self._begun
        try:
            return self._execute(sql, params)
        except LOST as error:
            self.database.discard()
            # Before the first statement nothing has happened yet on the server, and a read changes nothing.
            if in_transaction:
                self._failed = True
                raise Unavailable(UNREACHABLE) from error
            self._begun = False
        try:
            return self._execute(sql, params)
        except LOST as error:
            self.database.discard()
            raise Unavailable(UNREACHABLE) from error

    def run_and_commit(self, sql: str, **params: Any) -> list[Row]:
        """Run the last statement of the transaction with COMMIT in the same packet.

        Locks that the statement takes are held for no network round trip. When it is refused, nothing commits.
        """
        try:
            rows = self._execute(sql, params, commit=True)
        except LOST as error:
            self.database.discard()
            raise Unavailable(COMMIT_UNKNOWN) from error
        self._begun = False
        return rows

    def _execute(self, sql: str, params: dict[str, Any], *, commit: bool = False) -> list[Row]:
        begin = not (self._autocommit or self._begun)
        connection = self.database.connection()
        self._begun = not self._autocommit
        self.statements += 1
        started = monotonic()
        try:
            rows = connection.execute(sql, params, begin=begin, commit=commit)
        except DatabaseError as error:
            self._failed = not self._autocommit
            raise StatementFailed.of(error) from error
        finally:
            self._account(sql, monotonic() - started)
        return rows

    def _account(self, sql: str, seconds: float) -> None:
        """Count the statement; one that was slow is logged, without its values: they may be anyone's secrets."""
        self.seconds += seconds
        self.database.statements += 1
        self.database.seconds += seconds
        if seconds * 1000 >= float(setting("SLOW_STATEMENT_MS", SLOW_STATEMENT_MS)):
            logger.warning("slow_statement", extra={"duration_ms": round(seconds * 1000, 1), "sql": sql[:2000]})
            count({"SlowStatements": 1})

    def one(self, sql: str, **params: Any) -> Row | None:
        """The first row, or None."""
        rows = self.run(sql, **params)
        return rows[0] if rows else None

    def after_commit(self, action: Callable[[], object]) -> None:
        """Queue what may only happen once the commit stands: a ticket, a delivery, a cache invalidation.

        A failure there is logged and not raised, because the effect itself is stored: a schedule makes it up.
        """
        self._after_commit.append(action)

    def commit(self) -> None:
        if self._failed:  # PostgreSQL answers COMMIT with a silent ROLLBACK here
            raise RuntimeError("A statement of this unit of work failed, so it cannot commit.")
        if not self._begun:
            return
        self._begun = False
        try:
            self.database.connection().execute_simple("COMMIT")
        except LOST as error:
            self.database.discard()
            raise Unavailable(COMMIT_UNKNOWN) from error

    def run_after_commit(self) -> None:
        actions, self._after_commit = self._after_commit, []
        for action in actions:
            try:
                action()
            except Exception:
                logger.exception("after_commit_failed")

    def rollback(self) -> None:
        """Undo what was begun here; an outer unit of work on the same connection is left alone."""
        if not self._begun or not self.database.is_open:
            return
        self._begun = False
        try:
            self.database.connection().execute_simple("ROLLBACK")
        except (*LOST, DatabaseError):
            self.database.discard()


_database = Database()


def database() -> Database:
    """The database of this sandbox."""
    return _database

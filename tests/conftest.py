"""Shared fixtures: a real PostgreSQL with a database of its own per test session, organisations and people in it."""

import asyncio
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from assistant.platform.db import Database
from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.migrate import migrate
from assistant.platform.observability import logger
from local.parts import valkey as valkey_part
from local.parts.postgres import Postgres
from local.process import free_port

os.environ["CONSOLE"] = "off"  # a cloud of the tests builds no web console: test-console does


@pytest.fixture(autouse=True)
def event_loop() -> None:
    """A sandbox keeps the loop that Mangum made; a test that ran asyncio.run in this process has taken it away."""
    try:
        asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())


@pytest.fixture(autouse=True)
def outside_a_request() -> None:
    """Each invocation of a sandbox begins without the request of the one before; so does each test."""
    logger.set_correlation_id(None)


@dataclass(frozen=True)
class Server:
    host: str
    port: int

    @classmethod
    def at(cls, address: str) -> "Server":
        """The server of `host:port`."""
        host, _, port = address.rpartition(":")
        return cls(host, int(port))

    def connect(self, database: str, user: str = "app") -> PooledConnection:
        return PooledConnection(user, host=self.host, port=self.port, database=database)


@dataclass(frozen=True)
class Person:
    """A user of a test organisation."""

    organization_id: str
    user_id: str
    email: str
    role: str


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """PostgreSQL: the one that TEST_POSTGRES=host:port names, else one that lives as long as this session.

    Under pytest-xdist each worker is a session, so each has its own: nothing is shared that would need a lock.
    """
    if address := os.environ.get("TEST_POSTGRES"):
        yield Server.at(address)
        return
    folder, port = tmp_path_factory.mktemp("postgres"), free_port()
    server = Postgres(folder / "data", folder / "postgres.log", port)
    server.begin()
    process = server.process()
    process.start()
    try:
        process.wait_ready()
        yield Server("127.0.0.1", port)
    finally:
        process.stop()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Valkey: the one that TEST_VALKEY=host:port names, else one that lives as long as this session."""
    if address := os.environ.get("TEST_VALKEY"):
        yield Server.at(address)
        return
    folder, port = tmp_path_factory.mktemp("valkey"), free_port()
    process = valkey_part.process(port, folder, folder / "valkey.log")
    process.start()
    try:
        process.wait_ready()
        yield Server("127.0.0.1", port)
    finally:
        process.stop()


@pytest.fixture(scope="session")
def database_name(postgres: Server) -> Iterator[str]:
    """A fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    administrator = postgres.connect("postgres")
    administrator.execute_simple(f"CREATE DATABASE {name}")
    owner = postgres.connect(name)
    administrator.execute_simple("SELECT pg_advisory_lock(1)")  # roles belong to the server: one session at a time
    migrate(owner)
    administrator.execute_simple("SELECT pg_advisory_unlock(1)")
    owner.close()
    yield name
    administrator.execute_simple(f"DROP DATABASE {name} WITH (FORCE)")
    administrator.close()


@pytest.fixture
def connect(postgres: Server, database_name: str) -> Callable[[], PooledConnection]:
    """Opens connections as the functions do: as `assistant`, which owns nothing."""
    return lambda: postgres.connect(database_name, "assistant")


@pytest.fixture
def db(connect: Callable[[], PooledConnection]) -> Iterator[Database]:
    database = Database(connect)
    yield database
    database.discard()


@pytest.fixture
def person(db: Database) -> Callable[..., Person]:
    """Makes a user with a monthly budget; in a new organisation unless told which."""

    def make(
        organization_id: str | None = None,
        *,
        role: str = "user",
        budget: int = 100_000_000,
        organization_budget: int = 1_000_000_000,
    ) -> Person:
        with db.transaction() as work:
            if organization_id is None:
                [row] = work.run(
                    "INSERT INTO organizations (name) VALUES (:name) RETURNING organization_id", name="Test"
                )
                organization_id = str(row["organization_id"])
                add_budget(work, organization_id, "organization", organization_id, organization_budget)
            email = f"{uuid.uuid4().hex[:10]}@test.example"
            [row] = work.run(
                """INSERT INTO users (organization_id, email, name, password_hash, role)
                   VALUES (CAST(:organization AS uuid), :email, 'Test', '-', :role) RETURNING user_id""",
                organization=organization_id,
                email=email,
                role=role,
            )
            add_budget(work, organization_id, "user", str(row["user_id"]), budget)
        return Person(organization_id, str(row["user_id"]), email, role)

    return make


def add_budget(work, organization_id, level, owner_id, limit):
    work.run(
        """INSERT INTO budgets (organization_id, level, owner_id, limit_microdollars)
           VALUES (CAST(:organization AS uuid), :level, CAST(:owner AS uuid), :limit)""",
        organization=organization_id,
        level=level,
        owner=owner_id,
        limit=limit,
    )

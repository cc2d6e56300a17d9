"""A ledger of its own for the soak: PostgreSQL that survives kill -9, the pooling proxy, Valkey, budgets."""

import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.migrate import migrate
from local.parts import database_proxy, postgres, valkey
from local.process import Process, free_port

ROOT = Path(__file__).parents[2]
DATABASE = "soak"

# The days of the test pass in seconds: the same clock for every client, read in the database like the real one.
CLOCK = """
CREATE FUNCTION soak_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT timestamptz '{start}' + (clock_timestamp() - timestamptz '{start}') * {speed}
$$"""

PLANTED = {
    # The classic: look, think for a round trip, then add.
    "check-then-add": """
CREATE OR REPLACE FUNCTION lock_room(p_organization uuid, p_ids uuid[], p_starts timestamptz[], p_more bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.001);
    UPDATE budget_periods p SET held = p.held + p_more
    FROM unnest(p_ids, p_starts) AS taken (budget_id, period_start)
    WHERE p.organization_id = p_organization
      AND p.budget_id = taken.budget_id AND p.period_start = taken.period_start;
END $$""",
    # A safety margin: never overspends, and refuses what would fit.
    "margin": """
CREATE OR REPLACE FUNCTION lock_room(p_organization uuid, p_ids uuid[], p_starts timestamptz[], p_more bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    level record;
BEGIN
    FOR level IN
        SELECT b.level, p.period_end, p.granted - p.spent - p.held AS free
        FROM unnest(p_ids, p_starts) WITH ORDINALITY AS taken (budget_id, period_start, place)
        JOIN budget_periods p ON p.budget_id = taken.budget_id AND p.period_start = taken.period_start
        JOIN budgets b ON b.budget_id = p.budget_id
        WHERE p.organization_id = p_organization ORDER BY taken.place FOR NO KEY UPDATE OF p
    LOOP
        IF level.free < p_more + p.granted / 10 THEN
            PERFORM refuse_hold(level.level, level.free, p_more, level.period_end);
        END IF;
    END LOOP;
    UPDATE budget_periods p SET held = p.held + p_more
    FROM unnest(p_ids, p_starts) AS taken (budget_id, period_start)
    WHERE p.organization_id = p_organization
      AND p.budget_id = taken.budget_id AND p.period_start = taken.period_start;
END $$""".replace("p.granted - p.spent - p.held AS free", "p.granted, p.granted - p.spent - p.held AS free").replace(
        "p_more + p.granted / 10", "p_more + level.granted / 10"
    ),
}


@dataclass(frozen=True)
class Person:
    organization_id: str
    user_id: str


class World:
    """The processes, and a connection past the proxy for whoever looks on. Parts start in a thread that outlives them,
    because a child dies with the thread that forked it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="soak-budget-"))
        self.port, self.proxy_port, proxy_http, self.cache_port = (free_port() for _ in range(4))
        server = postgres.Postgres(self.folder / "data", self.folder / "postgres.log", self.port)
        server.begin()
        self.server: Process = server.process()
        settings = {"fsync=off": "fsync=on", "shared_buffers=32MB": "shared_buffers=128MB"}
        self.server.command = [settings.get(str(word), str(word)) for word in self.server.command]
        self.server.command += ["-c", "track_commit_timestamp=on", "-c", "max_wal_size=4GB"]
        self.proxy = database_proxy.process(
            self.proxy_port, proxy_http, ("127.0.0.1", self.port), ROOT, self.folder, self.folder / "proxy.log"
        )
        self.proxy.command = [sys.executable, *self.proxy.command[1:]]
        self.cache = valkey.process(self.cache_port, self.folder / "valkey", self.folder / "valkey.log")
        for part in (self.server, self.proxy, self.cache):
            part.start()
        for part in (self.server, self.proxy, self.cache):
            part.wait_ready()
        self.environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}",
            "POWERTOOLS_LOG_LEVEL": "CRITICAL",
            "CACHE_HOST": "127.0.0.1",
            "CACHE_PORT": str(self.cache_port),
            "CACHE_TLS": "off",
        }

    def prepare(self, seconds_a_day: float, planted: str | None) -> None:
        """Migrate, and start the clock."""
        administrator = self.connect("postgres")
        administrator.execute_simple(f"CREATE DATABASE {DATABASE}")
        administrator.close()
        owner = self.connect()
        migrate(owner)
        start = time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime())
        owner.execute_simple(CLOCK.format(start=start, speed=86400 / seconds_a_day))
        if planted:
            owner.execute_simple(PLANTED[planted])
        owner.close()

    def connect(self, database: str = DATABASE) -> PooledConnection:
        return PooledConnection("app", host="127.0.0.1", port=self.port, database=database)

    def people(self, organizations: int, teams: int, members: int, limits: tuple[int, int, int]) -> list[Person]:
        """Users in teams in organisations, with daily budgets at the three levels."""
        owner = self.connect()
        found = []
        for zone in (["Europe/Berlin", "America/Havana", "Asia/Kathmandu", "UTC"] * organizations)[:organizations]:
            [[organization]] = owner.run(
                """INSERT INTO organizations (name, time_zone) VALUES ('Soak', :zone)
                   RETURNING CAST(organization_id AS text)""",
                zone=zone,
            )
            self._budget(owner, organization, "organization", organization, limits[0])
            for number in range(teams):
                [[team]] = owner.run(
                    """INSERT INTO teams (organization_id, name) VALUES (CAST(:o AS uuid), :name)
                       RETURNING CAST(team_id AS text)""",
                    o=organization,
                    name=f"Team {number}",
                )
                self._budget(owner, organization, "team", team, limits[1])
                for member in range(members):
                    [[user]] = owner.run(
                        """INSERT INTO users (organization_id, team_id, email, name, password_hash)
                           VALUES (CAST(:o AS uuid), CAST(:t AS uuid), :email, 'Soak', '-')
                           RETURNING CAST(user_id AS text)""",
                        o=organization,
                        t=team,
                        email=f"{organization}-{number}-{member}@soak.example",
                    )
                    self._budget(owner, organization, "user", user, limits[2])
                    found.append(Person(organization, user))
        owner.close()
        return found

    @staticmethod
    def _budget(owner: PooledConnection, organization: str, level: str, of: str, limit: int) -> None:
        owner.run(
            """INSERT INTO budgets (organization_id, level, owner_id, limit_microdollars, period)
               VALUES (CAST(:o AS uuid), :level, CAST(:of AS uuid), :limit, 'daily')""",
            o=organization,
            level=level,
            of=of,
            limit=limit,
        )

    def crash(self) -> None:
        """Kill the server as a power cut would, and start it again over what it had flushed."""
        self.server.kill()
        deadline = time.monotonic() + 60
        while True:
            self.server.start()
            try:
                self.server.wait_ready()
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)  # its orphans still hold the shared memory
            else:
                return

    def lose_cache(self, whole: bool) -> None:
        """Flush Valkey, or kill it and start an empty one."""
        if whole:
            self.cache.kill()
            self.cache.start()
            self.cache.wait_ready()
            return
        with Redis(port=self.cache_port) as client:
            client.flushall()

    def close(self) -> None:
        self.cache.stop()
        self.proxy.stop()
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

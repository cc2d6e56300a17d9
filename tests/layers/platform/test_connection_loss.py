"""A sandbox's connection after a freeze, a fail-over and a slow statement; and what ends statements at all."""

import socket
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from assistant.platform.db import Database, StatementFailed, unit_of_work
from assistant.platform.db.connection import PooledConnection
from assistant.platform.errors import Unavailable


class Road:
    """A way to PostgreSQL that can become a black hole: what is sent gets lost, and nobody says so."""

    def __init__(self, server):
        self.server, self.blocked, self.sockets = server, threading.Event(), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection((self.server.host, self.server.port))
                self.sockets += [near, far]
                lost = threading.Event()  # of this connection only: the ones opened after a fail-over are well
                self.current = lost
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other, lost), daemon=True).start()

    @staticmethod
    def _carry(source, target, lost):
        with suppress(OSError):
            while data := source.recv(65536):
                if not lost.is_set():
                    target.sendall(data)

    def close(self):
        self.listener.close()
        for one in self.sockets:
            one.close()


@pytest.fixture
def road(postgres):
    road = Road(postgres)
    yield road
    road.close()


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        ahead = 0.0

        @classmethod
        def now(cls):
            return real() + timedelta(seconds=cls.ahead)

    real = unit_of_work.utc_now
    monkeypatch.setattr(unit_of_work, "utc_now", Clock.now)
    return Clock


def one(database):
    with database.reading() as work:
        return work.run("SELECT 1 AS one")[0]["one"]


def test_a_connection_that_went_dead_while_the_sandbox_was_frozen_costs_a_second(road, database_name, clock):
    opened = []

    def connect():
        opened.append(1)
        return PooledConnection("assistant", host="127.0.0.1", port=road.port, database=database_name, timeout=25)

    database = Database(connect)
    assert one(database) == 1
    road.current.set()  # the other side is gone, and no packet says so
    clock.ahead = unit_of_work.LONG_SILENCE + 1
    assert one(database) == 1
    assert len(opened) == 2
    assert database.seconds < 1  # the trial is no statement of a request
    database.discard()


def test_a_connection_that_is_well_is_kept_after_a_silence(road, database_name, clock):
    opened = []

    def connect():
        opened.append(1)
        return PooledConnection("assistant", host="127.0.0.1", port=road.port, database=database_name, timeout=25)

    database = Database(connect)
    one(database)
    clock.ahead = unit_of_work.LONG_SILENCE + 1
    assert one(database) == 1
    assert len(opened) == 1
    assert database.connection()._usock.gettimeout() == 25
    database.discard()


def test_a_fail_over_is_an_error_while_it_lasts_and_then_over(postgres, database_name):
    away = [False]

    def connect():
        if away[0]:
            raise ConnectionRefusedError
        return postgres.connect(database_name, "assistant")

    database = Database(connect)
    assert one(database) == 1
    away[0] = True
    administrator = postgres.connect("postgres")
    administrator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND usename = 'assistant'",
        {"name": database_name},
    )
    administrator.close()
    for _ in range(2):
        with pytest.raises(Unavailable):
            one(database)
    away[0] = False
    assert one(database) == 1
    database.discard()


def test_a_slow_statement_is_logged_without_its_values(db, monkeypatch, caplog, capsys):
    monkeypatch.setenv("SLOW_STATEMENT_MS", "20")
    with db.reading() as work:
        work.run("SELECT pg_sleep(0.03), CAST(:secret AS text) AS told", secret="a password")
        work.run("SELECT 2 AS two")
    [record] = [record for record in caplog.records if record.message == "slow_statement"]
    assert "pg_sleep" in record.sql
    assert record.duration_ms >= 30
    written = caplog.text + capsys.readouterr().out
    assert "a password" not in written
    assert '"SlowStatements":[1.0]' in written


def test_what_ends_a_statement_are_settings_of_the_role(connect):
    """Not a SET, which would pin a session of the proxy."""
    connection = connect()
    found = {
        name: connection.execute("SELECT current_setting(:name) AS value", {"name": name})[0]["value"]
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    }
    assert found == {
        "statement_timeout": "20s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
    }
    connection.close()


def test_a_statement_that_is_refused_leaves_the_connection_well(db):
    with db.reading() as work:
        with pytest.raises(StatementFailed):
            work.run("SELECT 1 / 0 AS never")
        assert work.run("SELECT 1 AS one") == [{"one": 1}]

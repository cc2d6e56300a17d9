"""The database proxy: results through a small pool, pins, errors, copies, clients that leave."""

import contextlib
import io
import socket
import struct
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pg8000.dbapi
import pg8000.native
import pytest
from pg8000.exceptions import DatabaseError, InterfaceError

from local.cloud import LocalCloud
from local.database_proxy.pins import reason_to_pin


@pytest.fixture
def fresh(cloud: LocalCloud) -> LocalCloud:
    urllib.request.urlopen(urllib.request.Request(cloud.addresses.pins_url, method="DELETE"), timeout=5)  # noqa: S310
    return cloud


@contextlib.contextmanager
def session(cloud: LocalCloud, **options: Any) -> Iterator[pg8000.native.Connection]:
    where = {"host": cloud.addresses.database_host, "port": cloud.addresses.database_port, "database": "assistant"}
    connection = pg8000.native.Connection("assistant", **(where | options))
    try:
        yield connection
    finally:
        with contextlib.suppress(Exception):
            connection.close()


class TestPinRules:
    @pytest.mark.parametrize(
        "sql",
        [
            "SET statement_timeout = 5",
            "set local x.y = 'z'",
            "RESET ALL",
            "select 1; SET x.y = '1'",
            "/* note */ SET x.y = '1'",
            "-- note\nset role none",
            "SELECT set_config('a.b', 'c', true)",
            "PREPARE p AS SELECT 1",
            "EXECUTE p",
            "DEALLOCATE ALL",
            "DISCARD ALL",
            "CREATE TEMP TABLE t (a int)",
            "create temporary view v as select 1",
            "CREATE LOCAL TEMP SEQUENCE s",
            "select 1 into temp t",
            "DECLARE c CURSOR FOR SELECT 1",
            "LISTEN channel",
            "LOAD 'auto_explain'",
            "SELECT nextval('s')",
            "SELECT setval('s', 1)",
            "SELECT pg_advisory_lock(1)",
            "SELECT pg_try_advisory_lock_shared(1)",
            "SELECT pg_advisory_unlock_all()",
            "select '" + "x" * 16_400 + "'",
        ],
    )
    def test_what_aws_lists_pins(self, sql: str) -> None:
        assert reason_to_pin(sql) is not None

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE t SET a = 1",
            "SELECT 'SET x = 1'",
            "SELECT $$; SET x = 1$$",
            'SELECT "set" FROM t',
            "-- SET x\nSELECT 1",
            "SELECT pg_advisory_xact_lock(1)",
            "SELECT pg_try_advisory_xact_lock_shared(1)",
            "BEGIN",
            "INSERT INTO settings (name) VALUES ('; LISTEN x') ON CONFLICT DO UPDATE SET name = excluded.name",
            "SELECT E'it\\'s; SET x = 1'",
            "CREATE TABLE temperature (a int)",
            "SELECT * FROM prepare_orders",
        ],
    )
    def test_what_only_looks_like_it_does_not(self, sql: str) -> None:
        assert reason_to_pin(sql) is None


class TestTraffic:
    def test_many_clients_get_their_own_results_through_few_connections(self, fresh):
        def work(number: int) -> int:
            wrong = 0
            with session(fresh) as connection:
                for turn in range(40):
                    value = number * 1000 + turn
                    wrong += connection.run("select cast(:v as int)", v=value) != [[value]]
            return wrong

        with ThreadPoolExecutor(30) as pool:
            assert sum(pool.map(work, range(30))) == 0
        report = fresh.pins()
        assert report["total"] == 0
        assert report["server_connections_now"] <= 20

    def test_a_split_statement_is_parsed_again_on_another_connection(self, fresh):
        # Stock pg8000 in autocommit syncs between parse, bind and execute: each may meet another connection.
        with ThreadPoolExecutor(8) as pool:

            def work(number: int) -> bool:
                with session(fresh) as connection:
                    return all(
                        connection.run("select cast(:v as text)", v=f"{number}")[0] == [f"{number}"] for _ in range(30)
                    )

            assert all(pool.map(work, range(8)))

    def test_a_transaction_stays_on_one_connection(self, fresh):
        with session(fresh) as one, session(fresh) as two:
            one.run("begin")
            first = one.run("select pg_backend_pid()")
            assert two.run("select pg_backend_pid()") != first
            assert one.run("select pg_backend_pid()") == first
            one.run("rollback")

    def test_an_error_is_passed_on_and_the_session_goes_on(self, fresh):
        with session(fresh) as connection:
            with pytest.raises(DatabaseError, match="division by zero"):
                connection.run("select 1 / cast(:zero as int)", zero=0)
            assert connection.run("select 1") == [[1]]

    def test_copy_goes_both_ways_and_frees_the_connection(self, fresh):
        with session(fresh) as connection:
            connection.run("copy notes from stdin", stream=io.BytesIO(b"one\ntwo\n"))
            out = io.BytesIO()
            connection.run(
                "copy (select text from notes where text in ('one', 'two') order by 1) to stdout", stream=out
            )
            assert out.getvalue() == b"one\ntwo\n"
            assert connection.run("select 1") == [[1]]
        assert fresh.pins()["total"] == 0

    def test_large_values_pass_in_both_directions(self, fresh):
        text = "й" * 3_000_000
        with session(fresh) as connection:
            assert connection.run("select cast(:t as text)", t=text) == [[text]]

    def test_a_client_that_leaves_mid_transaction_is_rolled_back(self, fresh):
        with session(fresh) as connection:
            connection.run("begin")
            connection.run("insert into notes values ('never')")
            connection._usock.shutdown(socket.SHUT_RDWR)
        with session(fresh) as other:
            assert other.run("select count(*) from notes where text = 'never'") == [[0]]

    def test_an_unknown_database_is_refused_with_the_servers_words(self, fresh):
        with pytest.raises(DatabaseError, match="does not exist"), session(fresh, database="nowhere"):
            pass

    def test_a_cancel_request_is_ignored_as_on_rds_proxy(self, fresh):
        address = (fresh.addresses.database_host, fresh.addresses.database_port)
        with socket.create_connection(address, timeout=5) as raw:
            raw.sendall(struct.pack("!IIII", 16, 80877102, 0, 0))
            assert raw.recv(1) == b""

    def test_a_client_that_speaks_something_else_is_sent_away(self, fresh):
        address = (fresh.addresses.database_host, fresh.addresses.database_port)
        with socket.create_connection(address, timeout=5) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert b"08P01" in raw.recv(1000)


class TestPins:
    def test_a_planted_set_is_reported_with_its_statement(self, fresh):
        with session(fresh) as connection:
            connection.run("SET statement_timeout = '5s'")
            connection.run("SET statement_timeout = '6s'")  # the session is pinned already: counted once
            report = fresh.pins()
        assert report["total"] == 1
        assert report["pins"][0]["reason"] == "SET or RESET of a parameter"
        assert report["pins"][0]["statement"] == "SET statement_timeout = '5s'"

    def test_a_pinned_session_does_not_leak_its_settings(self, fresh):
        with session(fresh) as connection:
            connection.run("SET statement_timeout = '77s'")
        for _ in range(25):
            with session(fresh) as other:
                assert other.run("show statement_timeout") != [["77s"]]

    def test_a_named_statement_pins(self, fresh):
        with session(fresh) as connection:
            statement = connection.prepare("select cast(:v as int)")
            assert statement.run(v=3) == [[3]]
        assert fresh.pins()["pins"][0]["reason"] == "named prepared statement"

    def test_pinned_sessions_exhaust_the_pool_and_the_next_one_times_out(self, fresh):
        with contextlib.ExitStack() as stack:
            for _ in range(20):
                stack.enter_context(session(fresh)).run("SET statement_timeout = '5s'")
            began = time.monotonic()
            with session(fresh) as late, pytest.raises((DatabaseError, InterfaceError), match=r"Timed-out|network"):
                late.run("select 1")
            assert 4 < time.monotonic() - began < 8
        assert fresh.pins()["borrow_timeouts"] == 1


def test_waiting_clients_are_served_when_a_transaction_ends(cloud: LocalCloud) -> None:
    with contextlib.ExitStack() as stack:
        holders = [stack.enter_context(session(cloud)) for _ in range(20)]
        for holder in holders:
            holder.run("begin")
        threading.Timer(0.5, lambda: holders[7].run("rollback")).start()
        with session(cloud) as late:
            assert late.run("select 1") == [[1]]

"""The client of Valkey: what it says to a server, and how soon it gives up on one that is not there."""

import socket
import threading
import time

import pytest

from assistant.platform import valkey as platform
from assistant.platform.valkey import Script, Valkey, ValkeyDown
from local.parts import valkey as part
from local.process import free_port

COUNT = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


@pytest.fixture
def at(monkeypatch):
    """Points the client at a port of this machine."""

    def point(port):
        monkeypatch.setenv("CACHE_HOST", "127.0.0.1")
        monkeypatch.setenv("CACHE_PORT", str(port))
        monkeypatch.setenv("CACHE_TLS", "off")
        monkeypatch.setenv("CACHE_USER", "")
        return Valkey()

    return point


@pytest.fixture
def client(at, valkey):
    client = at(valkey.port)
    yield client
    client.close()


def test_answers_what_was_stored(client):
    client.ask(lambda c: c.set("{t}:a", "1", ex=60))
    assert client.ask(lambda c: c.get("{t}:a")) == b"1"


def test_a_script_runs_by_its_hash_and_teaches_it_once(client):
    client.ask(lambda c: c.script_flush())
    client.ask(lambda c: c.delete("{t}:n"))
    assert [client.ask(lambda c: COUNT.run(c, ["{t}:n"], 2)) for _ in range(3)] == [2, 4, 6]


def test_says_nothing_but_what_it_is_asked(at):
    """The handshake costs round trips on every cold start: there is none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard = []

        def serve():
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(4096))
                connection.sendall(b"$1\r\n7\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        assert at(server.getsockname()[1]).ask(lambda c: c.get("k")) == b"7"
        thread.join()
    assert heard == [b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"]


def test_a_connection_that_the_server_closed_is_opened_again(client):
    client.ask(lambda c: c.set("{t}:b", "1", ex=60))
    [connection] = client._client.connection_pool._available_connections
    connection._sock.shutdown(socket.SHUT_RDWR)
    assert client.ask(lambda c: c.get("{t}:b")) == b"1"


def test_nobody_listening_is_down_and_left_alone_for_a_while(at, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(platform, "monotonic", lambda: clock[0])
    client, tries = at(free_port()), []

    def attempt(c):
        tries.append(1)
        return c.get("k")

    for _ in range(3):
        with pytest.raises(ValkeyDown):
            client.ask(attempt)
    assert len(tries) == 1
    clock[0] += platform.REST_SECONDS
    with pytest.raises(ValkeyDown):
        client.ask(attempt)
    assert len(tries) == 2


def test_comes_back_when_the_server_does(at, valkey, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(platform, "monotonic", lambda: clock[0])
    client = at(free_port())
    with pytest.raises(ValkeyDown):
        client.ask(lambda c: c.get("k"))
    monkeypatch.setenv("CACHE_PORT", str(valkey.port))
    client.close()
    clock[0] += platform.REST_SECONDS
    assert client.ask(lambda c: c.set("{t}:c", "1", ex=60))


def test_a_server_that_is_silent_costs_one_time_out(at):
    with socket.create_server(("127.0.0.1", 0)) as server:
        client, started = at(server.getsockname()[1]), time.monotonic()
        for _ in range(20):
            with pytest.raises(ValkeyDown):
                client.ask(lambda c: c.get("k"))
        assert time.monotonic() - started < 2 * (platform.CONNECT_SECONDS + platform.READ_SECONDS)


def test_a_refusal_is_no_answer_but_no_reason_to_stay_away(client):
    client.ask(lambda c: c.set("{t}:s", "text", ex=60))
    with pytest.raises(ValkeyDown):
        client.ask(lambda c: c.lpush("{t}:s", "x"))
    assert client.ask(lambda c: c.get("{t}:s")) == b"text"


def test_what_a_serverless_cache_forbids_is_refused_here_too(client):
    with pytest.raises(ValkeyDown, match="no permissions"):
        client.ask(lambda c: c.keys("*"))


@pytest.fixture
def two_nodes(tmp_path):
    """A cluster whose first node sends half of the keys to the second."""
    ports = [free_port(), free_port()]
    halves = ["0-8191", "8192-16383"]
    processes = []
    for me, port in enumerate(ports):
        folder = tmp_path / str(me)
        process = part.process(port, folder, folder / "log")
        lines = [
            f"{str(n) * 40} 127.0.0.1:{p}@{p + 10000} {'myself,' if n == me else ''}master - 0 0 {n + 1} "
            f"{'connected' if n == me else 'disconnected'} {halves[n]}\n"
            for n, p in enumerate(ports)
        ]
        (folder / "nodes.conf").write_text("".join(lines) + "vars currentEpoch 2 lastVoteEpoch 0\n")
        processes.append(process)
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.wait_ready()
        yield ports
    finally:
        for process in processes:
            process.stop()


def test_follows_a_cluster_that_sends_it_elsewhere(at, two_nodes):
    client = at(two_nodes[0])
    keys = [f"{{k{n}}}" for n in range(20)]
    assert [client.ask(lambda c, key=key: COUNT.run(c, [key], 1)) for key in keys] == [1] * 20
    assert [client.ask(lambda c, key=key: COUNT.run(c, [key], 1)) for key in keys] == [2] * 20
    client.close()

"""`python -m local run` as a person starts it: what it keeps, what it says, and what it leaves behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from local.addresses import Addresses, running
from local.deploy import client
from local.first_steps import invoke
from local.process import free_port

PROJECT = Path(__file__).parents[2]
MINIATURE = Path(__file__).parent / "miniature"


class Launcher:
    """A launcher in a process of its own."""

    def __init__(self, state: Path, root: Path = MINIATURE, **environment: str) -> None:
        self.state = state
        settings = {"API_PORT": str(free_port()), "AWS_PORT": str(free_port()), "MODEL_URL": "http://127.0.0.1:9/v1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local", "--root", str(root), "--state", str(state), "run"],
            cwd=PROJECT,
            env={**os.environ, **settings, "MODEL_NAME": "none", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_ready(self) -> Addresses:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and self.process.poll() is None:
            if (found := running(self.state)) is not None and found.launcher_pid == self.process.pid:
                return found
            time.sleep(0.05)
        raise AssertionError(f"not ready: {self.end()}")

    def end(self, number: signal.Signals | None = None) -> str:
        if number is not None:
            self.process.send_signal(number)
        return self.process.communicate(timeout=40)[0]


def left_running(state: Path) -> list[str]:
    """The processes that have the state directory, or a program started for it, in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline", "pid"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(state) in words and process.info["pid"] != os.getpid():
            found.append(words)
    return found


def gone(pids: list[int], within: float = 5) -> bool:
    deadline = time.monotonic() + within
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    assert not left_running(tmp_path), "a test left processes behind"


def everything_of(addresses: Addresses) -> list[int]:
    children = psutil.Process(addresses.launcher_pid).children(recursive=True)
    return [process.pid for process in children]


class TestLife:
    def test_a_second_start_goes_on_with_the_data_of_the_first(self, state):
        first = Launcher(state)
        addresses = first.wait_ready()
        s3, secrets = (client(name, addresses.aws_endpoint_url) for name in ("s3", "secretsmanager"))
        s3.put_object(Bucket=addresses.resources["DocumentsBucket"], Key="a/b.md", Body=b"kept")
        secret = secrets.get_secret_value(SecretId=addresses.resources["SigningKeySecret"])["SecretString"]
        sql(addresses, "insert into notes values ('kept')")
        invoke(addresses, "MisbehaveFunction", {"do": "print", "text": "said by a function"})
        said = first.end(signal.SIGTERM).splitlines()
        assert said[-1] == "The local cloud has stopped."
        assert any(line.endswith("Misbehave: said by a function") for line in said)
        assert first.process.returncode == 0

        second = Launcher(state)
        addresses = second.wait_ready()
        s3, secrets = (client(name, addresses.aws_endpoint_url) for name in ("s3", "secretsmanager"))
        body = s3.get_object(Bucket=addresses.resources["DocumentsBucket"], Key="a/b.md")["Body"].read()
        assert body == b"kept"
        again = secrets.get_secret_value(SecretId=addresses.resources["SigningKeySecret"])["SecretString"]
        assert again == secret
        assert json.loads(secret)["keys"]
        assert sql(addresses, "select text from notes") == [["kept"]]
        second.end(signal.SIGINT)
        assert second.process.returncode == 0

    def test_a_second_launcher_on_the_same_data_says_so(self, state):
        first = Launcher(state)
        addresses = first.wait_ready()
        second = Launcher(state)
        said = second.end()
        assert second.process.returncode == 1
        assert f"already runs on {state}: stop it first (kill {addresses.launcher_pid})" in said.splitlines()[-1]
        first.end(signal.SIGTERM)

    def test_killing_the_launcher_leaves_nothing_running(self, state):
        launcher = Launcher(state)
        pids = everything_of(launcher.wait_ready())
        assert len(pids) > 5
        launcher.process.kill()
        launcher.process.communicate()
        assert gone(pids)
        assert running(state) is None

    def test_a_start_that_was_killed_half_way_leaves_nothing_and_can_be_repeated(self, state):
        launcher = Launcher(state)
        while not (state / "data").exists() or not list((state / "data").glob("postgres*")):
            time.sleep(0.01)
        pids = [process.pid for process in psutil.Process(launcher.process.pid).children(recursive=True)]
        launcher.process.kill()
        launcher.end()
        assert gone(pids)
        again = Launcher(state)
        again.wait_ready()
        again.end(signal.SIGTERM)


class TestTrouble:
    def test_a_port_in_use_is_one_line(self, state):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            launcher = Launcher(state, API_PORT=str(port))
            said = launcher.end().splitlines()
        assert launcher.process.returncode == 1
        assert said[-1].startswith(f"error: Port {port} is in use: stop the program that holds it, or choose another")
        assert len(said) == 2

    @pytest.mark.parametrize("part", ["postgres", "host"])
    def test_a_part_that_crashes_ends_the_rest_with_one_line(self, state, part):
        launcher = Launcher(state)
        addresses = launcher.wait_ready()
        pids = everything_of(addresses)
        os.kill(addresses.pids[part], signal.SIGKILL)
        said = launcher.end().splitlines()[-1]
        assert launcher.process.returncode == 1
        assert said.startswith("error: ")
        assert "stopped (" in said
        assert said.endswith("then start again.")
        assert gone(pids)

    def test_the_cache_may_crash_and_comes_back(self, state):
        launcher = Launcher(state)
        addresses = launcher.wait_ready()
        os.kill(addresses.pids["valkey"], signal.SIGKILL)
        deadline = time.monotonic() + 10
        while True:
            try:
                cache = redis.Redis(port=addresses.cache_port)
                assert cache.set("after", "crash")
                break
            except (redis.RedisError, AssertionError):
                assert time.monotonic() < deadline
                time.sleep(0.1)
        said = launcher.end(signal.SIGTERM)
        assert launcher.process.returncode == 0
        assert "Valkey died and is started again" in said

    def test_a_function_that_fails_on_the_way_up_is_named(self, state, tmp_path):
        root = tmp_path / "project"
        shutil.copytree(MINIATURE, root)
        (root / "functions/schedules/migrate_database.py").write_text("def handler(event, context):\n    1 / 0\n")
        launcher = Launcher(state, root)
        said = launcher.end().splitlines()[-1]
        assert launcher.process.returncode == 1
        assert said.startswith("error: MigrateDatabaseFunction failed: ZeroDivisionError: division by zero")

    def test_a_wrong_setting_is_one_line(self, state):
        launcher = Launcher(state, API_PORT="many")
        assert launcher.end().splitlines()[-1] == "error: API_PORT=many is no port: give a number below 65536."

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
    def test_a_full_disk_is_one_line(self, tmp_path):
        disk = tmp_path / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)], check=False).returncode:
            pytest.skip("mounting is forbidden here")
        try:
            launcher = Launcher(disk / "state")
            said = launcher.end().splitlines()[-1]
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)
        assert launcher.process.returncode == 1
        assert "free some space and start again" in said


def sql(addresses: Addresses, statement: str) -> list[list[object]] | None:
    import pg8000.native

    with pg8000.native.Connection(
        "assistant", host=addresses.database_host, port=addresses.database_port, database="assistant"
    ) as connection:
        return connection.run(statement)

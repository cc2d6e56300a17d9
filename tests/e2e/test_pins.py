"""What would pin a session on RDS Proxy is reported, and fails a build. That nothing did: see the cloud's fixture."""

import subprocess
import sys

import httpx
import pg8000.native

from tests.e2e.conftest import ROOT


def pins(cloud, *options):
    command = [sys.executable, "-m", "local", "--state", cloud.addresses.state, "pins", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_planted_set_is_reported_and_fails(cloud, user):
    user.get("/budget/status")
    before = cloud.pins()
    assert before["pins"] == []  # what is reset below would hide it
    assert before["borrows"] > 0, "the functions do not go through the proxy"
    assert pins(cloud, "--fail").returncode == 0
    addresses = cloud.addresses
    with pg8000.native.Connection(
        addresses.database_user,
        host=addresses.database_host,
        port=addresses.database_port,
        database=addresses.database_name,
        application_name="planted",
    ) as connection:
        connection.run("SET statement_timeout = 1000")
    try:
        [pin] = cloud.pins()["pins"]
        assert (pin["reason"], pin["application"]) == ("SET or RESET of a parameter", "planted")
        assert pin["statement"] == "SET statement_timeout = 1000"
        failed = pins(cloud, "--fail")
        assert (failed.returncode, "SET statement_timeout" in failed.stdout) == (1, True)
    finally:
        httpx.delete(addresses.pins_url)
    assert cloud.pins()["total"] == 0

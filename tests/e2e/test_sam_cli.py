"""`sam remote invoke` against the local cloud: the SAM CLI finds the stack and its functions, as it would on AWS.

Runs where the SAM CLI is: `make test-sam` installs it into an environment of its own, since it is larger than all else.
"""

import json
import os
import shutil
import subprocess

import pytest

from tests.e2e.conftest import ROOT

SAM = os.environ.get("SAM_CLI") or shutil.which("sam")
pytestmark = pytest.mark.skipif(SAM is None, reason="the SAM CLI is not here: make test-sam")


@pytest.fixture
def remote_invoke(cloud):
    """The answer of a function, by logical id, to a sample event."""

    def invoke(function, event):
        command = [SAM, "remote", "invoke", function, "--stack-name", "assistant", "--event-file", f"events/{event}"]
        environment = {**os.environ, **cloud.addresses.environment(), "SAM_CLI_TELEMETRY": "0"}
        environment.pop("AWS_ENDPOINT_URL_LAMBDA")  # the CLI asks one endpoint for everything
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    return invoke


def test_a_token_that_is_not_ours_is_denied(remote_invoke):
    assert remote_invoke("AuthorizeRequestFunction", "http_api_authorizer.json") == {"isAuthorized": False}


def test_a_schedule_runs(remote_invoke):
    assert remote_invoke("SweepTasksFunction", "schedule.json").keys() >= {"released"}

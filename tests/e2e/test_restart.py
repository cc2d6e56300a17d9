"""Stop and start on the same state: nothing that anyone did is lost."""

import pytest

from local.cloud import LocalCloud
from local.seed import USER_EMAIL, USER_PASSWORD, seed
from local.settings import ExternalModel, Settings
from tests.e2e.client import Client
from tests.e2e.conftest import ROOT
from tests.layers.llm.provider_server import ProviderServer, normal


@pytest.fixture
def settings():
    """A model that answers at once: this test is not about it."""
    with ProviderServer() as server:
        server.default = normal("The ", "plan ", "is ", "sound.")
        yield Settings(model=ExternalModel(server.base_url, "SmolLM2-135M-Instruct", "none"))


def test_a_second_start_goes_on_where_the_first_ended(tmp_path, settings):
    state = tmp_path / "state"
    with LocalCloud(ROOT, state, settings=settings, seed=seed) as cloud:
        before = Client.sign_in(cloud.addresses, USER_EMAIL, USER_PASSWORD)
        document = before.upload("holds.md", b"# Holds\n\nA hold reserves the worst case of a call.").json()
        with before.socket() as socket:
            finished = before.ended(before.submit("What a hold reserves", sources=[]))
            position = socket.hear("task_completed", within=30)
        assert finished["status"] == "completed", finished["error"]
        assert finished["result"]["sources_used"][0]["document_id"] == document["document_id"]
        known = {path: before.get(path) for path in ("/auth/me", "/async-tasks/user/tasks")}
        budget = before.get("/budget/status")

    with LocalCloud(ROOT, state, settings=settings, seed=seed) as cloud:
        after = Client(cloud.addresses, before.access_token)  # signed before the stop
        for path, answer in known.items():
            assert after.get(path) == answer
        assert after.task(finished["task_id"]) == finished
        assert after.get("/budget/status")["current_usage"] == budget["current_usage"] > 0
        found = after.http.post("/api/v1/search", json={"query": "hold worst case"}).json()
        assert [result["document_id"] for result in found["results"]] == [document["document_id"]]
        with after.socket() as socket:
            assert socket.established["epoch"] == position["epoch"]
            assert socket.established["offset"] == position["offset"]
            again = after.submit("What a hold reserves, again")
            socket.hear("task_completed", task_id=again)
            socket.assert_no_gap()
        assert Client.sign_in(cloud.addresses, USER_EMAIL, USER_PASSWORD).get("/auth/me") == known["/auth/me"]
        assert cloud.pins()["total"] == 0

"""In the local cloud: a source is read through every part, and a large file comes in by the bucket."""

import os

import httpx
import pytest

from assistant.search.uploads import MOST_BYTES, MOST_BYTES_BY_FORM
from tests.e2e.client import until
from tests.layers.search.office_files import docx, with_entry
from tests.servers.atlassian import EMAIL, Jira


def titles(client, query):
    """By words alone: by vectors, whatever else the organization has is near to some degree."""
    answer = client.http.post("/api/v1/search", json={"query": query, "mode": "lexical"})
    assert answer.status_code == 200, answer.text
    return [result["title"] for result in answer.json()["results"]]


@pytest.fixture
def jira():
    server = Jira(cloud=True)
    for number in range(3):
        server.add("DEV", f"Zebra {number}", f"the zebra number{number}")
    yield server
    server.stop()


def test_an_address_inside_the_network_is_refused(admin, jira):
    config = {"base_url": jira.url, "projects": ["DEV"], "deployment": "cloud", "email": EMAIL}
    body = {"name": "Zebras", "source_type": "jira", "config": config, "secret": "right"}
    answer = admin.http.post("/api/v1/sources", json=body)
    assert answer.status_code == 201, answer.text
    assert not answer.json()["connection_test_passed"]
    assert jira.requests == []
    source_id = answer.json()["source"]["source_id"]
    answer = admin.http.post("/api/v1/sync", json={"source_ids": [source_id]})
    assert answer.status_code == 202, answer.text

    def failed():
        [status] = admin.get("/sync/status")["sources"]
        return status["last_run"] and status["last_run"]["status"] == "failed" and status["last_run"]["error"]["code"]

    assert until("the run to fail", failed) == "address_refused"
    assert admin.http.delete(f"/api/v1/sources/{source_id}").status_code == 200


def test_a_large_file_by_the_form(user):
    form = user.http.post("/api/v1/upload/url", json={"filename": "large.docx", "title": "Giraffe"}).json()
    content = with_entry(docx(), "word/media/noise.png", os.urandom(MOST_BYTES))
    sent = httpx.post(form["url"], data=form["fields"], files={"file": content}, timeout=60)
    assert sent.status_code in (200, 201, 204), sent.text
    assert until("the file to be found", lambda: titles(user, "giraffe"), 60) == ["Giraffe"]


def test_a_form_takes_no_more_than_it_says(user):
    form = user.http.post("/api/v1/upload/url", json={"filename": "large.txt"}).json()
    sent = httpx.post(
        form["url"], data=form["fields"], files={"file": b"x" * (MOST_BYTES_BY_FORM + 1)}, timeout=60
    )  # fmt: skip
    assert sent.status_code == 400, sent.text

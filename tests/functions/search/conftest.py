"""Multipart forms as a browser writes them; a bucket, a source that answers, and what is in the index."""

import boto3
import pytest
from moto import mock_aws

from assistant.platform import aws
from assistant.search.sources.sync import sync as sync_source
from assistant.tasks.run import run_ticket
from tests.servers.atlassian import EMAIL, Jira

BOUNDARY = "boundary-of-the-form"


@pytest.fixture
def form():
    """Makes (headers, body) of a form: `form(("file", b"...", "a.md", "text/markdown"), ("title", "A"))`."""

    def make(*parts):
        body = b""
        for name, content, *file in parts:
            disposition = f'form-data; name="{name}"' + (f'; filename="{file[0]}"' if file else "")
            kind = f"Content-Type: {file[1]}\r\n" if len(file) > 1 else ""
            data = content if isinstance(content, bytes) else content.encode()
            head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n{kind}\r\n"
            body += head.encode() + data + b"\r\n"
        body += f"--{BOUNDARY}--\r\n".encode()
        return {"headers": {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}, "body": body}

    return make


@pytest.fixture
def bucket(monkeypatch):
    """The documents bucket, as moto has it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1",
        "DOCUMENTS_BUCKET": "documents", "SOURCE_SECRETS_PREFIX": "test/sources/",
        "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        aws.client.cache_clear()
        made = boto3.resource("s3").Bucket("documents")
        made.create()
        yield made
    aws.client.cache_clear()


@pytest.fixture
def indexed(call):
    """Index a text as somebody's: (their id, ours)."""

    def index(whose, text, doc_id="", **about):
        answer = call("search.index_text", whose, json_body={"text": text, "doc_id": doc_id, **about})
        assert answer.status == 201, answer.body
        return answer.body["doc_id"], answer.body["document_id"]

    return index


@pytest.fixture
def found(call):
    """The titles that a search finds."""

    def find(whose, query, **how):
        answer = call("search.search_documents", whose, json_body={"query": query, **how})
        assert answer.status == 200, answer.body
        return [result["title"] for result in answer.body["results"]]

    return find


@pytest.fixture
def jira(bucket):
    """A Jira with five issues, which accepts the secret "right"."""
    server = Jira(cloud=True)
    for number in range(5):
        server.add("DEV", f"Issue {number}", f"the hold number{number}")
    yield server
    server.stop()


@pytest.fixture
def a_source(jira):
    """The body that configures that Jira."""
    return {
        "name": "Issues",
        "source_type": "jira",
        "config": {"base_url": jira.url, "projects": ["DEV"], "deployment": "cloud", "email": EMAIL},
        "secret": "right",
    }


@pytest.fixture
def source(call, a_source):
    """Configures it for somebody; the source."""

    def make(admin, **changed):
        answer = call("search.create_source", admin, json_body={**a_source, **changed})
        assert answer.status == 201, answer.body
        return answer.body["source"]

    return make


@pytest.fixture
def synced(call, db, sent, source):
    """Configures it and reads it; the source."""

    def sync(admin, **changed):
        made = source(admin, **changed)
        with db.transaction() as work:  # what other tests left waiting is not meant
            work.run("DELETE FROM tasks WHERE task_type = 'process_data_sync' AND status = 'queued'")
        call("search.start_sync", admin, json_body={"source_ids": [made["source_id"]]})
        run_ticket(db, "process_data_sync", sync_source)
        return made

    return sync

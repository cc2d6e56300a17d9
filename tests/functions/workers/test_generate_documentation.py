"""Consumes GenerateDocumentationQueue: the document, its cost, and what a retry does not do again."""

import json

import pytest

from assistant.platform import objects
from functions.workers import generate_documentation as worker
from tests.functions.workers.conftest import EVENT, ONE_CALL, Job
from tests.layers.documentation.test_diagrams import FILES
from tests.layers.documentation.test_inputs import zipped
from tests.layers.llm.provider_server import normal, status

CODE = '''"""Prices of carts."""
class Cart(dict):
    """What is bought."""
    def total(self, rate: float = 0.0) -> int:
        """The sum with a tax."""
        return sum(self.values()) if self else 0
def run(command):
    import os
    os.system(command)
'''


@pytest.fixture
def bucket(monkeypatch):
    kept = {}
    monkeypatch.setattr(objects, "put", lambda key, content, media_type: kept.__setitem__(key, content))
    monkeypatch.setattr(objects, "get", lambda key: kept[key])
    return kept


@pytest.fixture
def order(db, call, context, person, sent, bucket):
    def make(code_input=None, owner=None, **wish):
        owner = owner or person()
        code_input = code_input or {"type": "string", "code": CODE, "language": "python", "filename": "cart.py"}
        answer = call("documentation.order_documentation", owner, json_body={"code_input": code_input, **wish})
        assert answer.status == 202, answer.body
        return Job(db, call, context, owner, answer.body)

    return make


@pytest.fixture
def ticket(context):
    def send(job):
        event = json.loads(json.dumps(EVENT))
        event["Records"][0]["body"] = json.dumps({"task_type": "generate_documentation", "task_id": job.task_id})
        assert worker.handler(event, context) == {"batchItemFailures": []}
        return job.state

    return send


def test_the_document_says_what_the_parser_found_beside_the_models_words(order, ticket, server):
    job = order(documentation_type="technical_specification", detail_level="brief")
    state = ticket(job)
    assert state["status"] == "completed", state["error"]
    result = state["result"]
    content = result["content"]
    assert content.startswith("# Technical specification: cart.py")
    assert "def total(self, rate: float = 0.0) -> int" in content
    assert "cyclomatic complexity 2" in content
    assert "B605" in content
    assert "```mermaid\nclassDiagram" in content
    assert content.count("✎ The plan is sound.") == len(server.records) == 2
    assert result["facts"]["functions"] == 2
    assert CODE.strip() in server.records[1].body["messages"][1]["content"]


def test_the_cost_is_what_the_calls_cost(order, ticket):
    job = order(detail_level="brief")
    ticket(job)
    assert job.cost == 2 * ONE_CALL <= job.held
    assert job.budget() == (job.cost, 0)


@pytest.mark.parametrize(
    "kind",
    ["readme", "api_reference", "technical_specification", "user_guide", "developer_guide", "architecture",
     "code_comments", "quality_report"],
)  # fmt: skip
def test_every_kind_is_written_of_an_archive(order, ticket, kind):
    import base64

    packed = zipped(*((file.path, file.text) for file in FILES))
    code = {"type": "file", "filename": "shop.zip", "content": base64.b64encode(packed).decode()}
    state = ticket(order(code, documentation_type=kind, detail_level="brief", output_format="html"))
    assert state["status"] == "completed", state["error"]
    assert state["result"]["content"].startswith("<!doctype html>")
    assert state["result"]["facts"]["files"] == 5


def test_an_attempt_goes_on_where_the_last_one_ended(order, ticket, server):
    job = order(detail_level="brief")
    server.plan(normal("First. "), status(503), status(503), status(503))
    assert ticket(job)["status"] == "queued"
    assert len(job.checkpoint["texts"]) == 1
    job.pause_is_over()
    state = ticket(job)
    assert (state["status"], state["attempts"]) == ("completed", 2)
    assert state["result"]["content"].count("First.") == 1
    assert job.cost == 2 * ONE_CALL - (ONE_CALL - job.calls[0]["cost"])


def test_a_repository_is_fetched_once_whatever_the_attempts(order, ticket, server, monkeypatch, bucket):
    fetched = []

    def fetch(url, reference):
        fetched.append((url, reference))
        return zipped(("p/a.py", CODE)), "p.tar.gz"

    monkeypatch.setattr("assistant.documentation.write.fetch", fetch)
    job = order({"type": "repository", "url": "https://github.com/a/p", "reference": "main"}, detail_level="brief")
    server.plan(status(503), status(503), status(503))
    ticket(job)
    job.pause_is_over()
    assert ticket(job)["status"] == "completed"
    assert fetched == [("https://github.com/a/p", "main")]
    assert [key.split("/")[0] for key in bucket] == [job.owner.organization_id]


def test_a_repository_that_is_not_there_fails_and_costs_nothing(order, ticket, server):
    job = order({"type": "repository", "url": "https://localhost/a/p"})
    state = ticket(job)
    assert (state["status"], state["error"]["code"]) == ("failed", "address_refused")
    assert (job.budget(), server.records) == ((0, 0), [])


def test_markup_of_the_code_and_of_the_model_is_only_text(order, ticket, server):
    server.default = normal("# Title\n```\n<script>alert(1)</script> Fine. ")
    code = '"""<img src=x onerror=alert(1)> | [x](javascript:alert(1))"""\ndef f(a="</pre><script>"): pass\n'
    state = ticket(order({"type": "string", "code": code, "language": "python"}, output_format="html"))
    content = state["result"]["content"]
    assert "<script" not in content.lower()
    assert "<img" not in content.lower()
    assert 'href="javascript' not in content.lower()

"""events/ holds one true sample per shape, and says which function takes it."""

import base64
import hashlib
import json
import re

import pytest

from tests.template.document import ROOT, Document

EVENTS = {path.name: json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("*.json"))}
README = (ROOT / "events" / "README.md").read_text()
ROWS = dict(re.findall(r"^\| (\S+\.json) \| (.+) \|$", README, re.MULTILINE))
CONTEXT = {"user_id", "organization_id", "role", "scopes", "token_id", "email"}


def authorizer_contexts():
    for name, event in EVENTS.items():
        authorizer = event.get("requestContext", {}).get("authorizer")
        if authorizer:
            yield name, authorizer.get("lambda", authorizer)


def test_every_sample_has_its_line():
    assert ROWS.keys() == EVENTS.keys()


@pytest.mark.parametrize("name", EVENTS)
def test_the_line_names_functions_that_exist(name):
    named = re.findall(r"\w+Function", ROWS[name])
    assert [function for function in named if function not in Document.read().functions] == []


@pytest.mark.parametrize(
    ("name", "context"), list(authorizer_contexts()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_caller_is_what_the_authorizer_passes(name, context):
    assert context.keys() >= CONTEXT
    assert all(isinstance(context[key], str) for key in CONTEXT)


@pytest.mark.parametrize("name", [name for name, event in EVENTS.items() if event.get("version") == "2.0"])
def test_an_http_sample_is_a_route_of_the_template(name):
    event = EVENTS[name]
    assert event["routeKey"] in Document.read().routes
    assert event["routeKey"] == event["requestContext"]["routeKey"]
    assert event["requestContext"]["stage"] == "$default"
    assert event["headers"] == {key.lower(): value for key, value in event["headers"].items()}


@pytest.mark.parametrize("name", [name for name, event in EVENTS.items() if "Records" in event])
def test_a_queue_sample_is_whole(name):
    for record in EVENTS[name]["Records"]:
        json.loads(record["body"])
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
        queue = record["eventSourceARN"].rsplit(":", 1)[1].removeprefix("assistant-dev-")
        assert queue.removesuffix(".fifo") in Document.read().of_type("AWS::SQS::Queue")
        assert queue.endswith(".fifo") == ("MessageGroupId" in record["attributes"])


def test_the_upload_is_multipart_of_its_length():
    event = EVENTS["http_api_upload.json"]
    body = base64.b64decode(event["body"], validate=True)
    boundary = re.search(r"boundary=(\S+)", event["headers"]["content-type"]).group(1)
    assert event["isBase64Encoded"] is True
    assert len(body) == int(event["headers"]["content-length"])
    assert body.startswith(f"--{boundary}\r\n".encode())
    assert body.endswith(f"--{boundary}--\r\n".encode())


def test_the_socket_opens_with_a_token_in_the_query():
    for name in ("websocket_connect.json", "websocket_authorizer.json"):
        assert EVENTS[name]["queryStringParameters"]["token"]
    assert "authorizer" not in EVENTS["websocket_authorizer.json"]["requestContext"]

"""A finished document as a file, for its owner."""

import base64
import io
import json
import uuid

import docx
import pytest

from functions.documentation import get_code_document
from tests.functions.conftest import authorizer

FUNCTION = "documentation.get_code_document"


@pytest.fixture
def fetch(context):
    """The raw answer, since a file is no JSON."""

    def make(person, document_id, query=""):
        event = {
            "version": "2.0", "routeKey": "GET /api/v1/documentation/documents/{document_id}",
            "rawPath": f"/api/v1/documentation/documents/{document_id}", "rawQueryString": query,
            "headers": {"host": "test"},
            "requestContext": {"requestId": "r", "stage": "$default",
                               "http": {"method": "GET", "path": f"/api/v1/documentation/documents/{document_id}",
                                        "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
                               "authorizer": {"lambda": authorizer(person)}},
        }  # fmt: skip
        answer = get_code_document.handler(event, context)
        body = answer["body"]
        return answer, base64.b64decode(body) if answer["isBase64Encoded"] else body.encode()

    return make


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, path={"document_id": uuid.uuid4()}).status == 401


def test_its_owner_gets_each_format(person, written, fetch):
    owner = person()
    document_id = written(owner)
    answer, content = fetch(owner, document_id)
    assert (answer["statusCode"], content.decode().splitlines()[0]) == (200, "# README: code")
    assert answer["headers"]["content-disposition"].endswith('.md"')
    _, page = fetch(owner, document_id, "format=html")
    assert b"<h1>README: code</h1>" in page
    assert b"<script>" not in page
    _, word = fetch(owner, document_id, "format=docx")
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(word)).paragraphs]
    assert paragraphs == ["README: code", "Text with <script>alert(1)</script>."]


def test_the_format_that_was_ordered_is_the_default(person, written, fetch):
    owner = person()
    answer, _ = fetch(owner, written(owner, output_format="html"))
    assert answer["headers"]["content-type"].startswith("text/html")


def test_others_are_told_that_it_does_not_exist_but_the_administrator_reads_it(person, written, fetch):
    owner = person()
    document_id = written(owner)
    for stranger in (person(owner.organization_id), person(role="admin")):
        answer, body = fetch(stranger, document_id)
        assert (answer["statusCode"], json.loads(body)["code"]) == (404, "not_found")
    assert fetch(person(owner.organization_id, role="admin"), document_id)[0]["statusCode"] == 200


def test_an_unknown_format_is_named(call, person):
    answer = call(FUNCTION, person(), path={"document_id": uuid.uuid4()}, query="format=pdf")
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "query/format")

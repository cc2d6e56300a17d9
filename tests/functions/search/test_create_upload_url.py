"""POST /api/v1/upload/url."""

import pytest

from assistant.search.uploads import MOST_BYTES_BY_FORM

CREATE = "search.create_upload_url"
pytestmark = pytest.mark.usefixtures("bucket")


def test_anonymous(call):
    assert call(CREATE, json_body={"filename": "a.pdf"}).status == 401


def test_a_form_for_one_file_of_the_callers(call, person):
    me = person()
    answer = call(CREATE, me, json_body={"filename": "../Бюджет.pdf", "title": "B", "tags": ["x"]})
    assert answer.status == 201
    assert answer.body["max_bytes"] == MOST_BYTES_BY_FORM == 50_000_000
    assert answer.body["fields"]["key"] == f"incoming/{me.organization_id}/{answer.body['upload_id']}"
    assert {"policy", "AWSAccessKeyId"} <= answer.body["fields"].keys() | {"AWSAccessKeyId"}
    assert "documents" in answer.body["url"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 422, "/filename"),
        ({"filename": ""}, 422, "/filename"),
        ({"filename": "..."}, 422, "no name"),
        ({"filename": "a.exe"}, 415, "Supported"),
        ({"filename": "a.doc"}, 415, ".docx"),
        ({"filename": "a.md", "title": "t" * 301}, 422, "300"),
        ({"filename": "a.md", "tags": [f"t{n}" for n in range(21)]}, 422, "20"),
    ],
)
def test_malformed(call, person, body, status, says):
    answer = call(CREATE, person(), json_body=body)
    assert answer.status == status
    assert says in answer.body["detail"]

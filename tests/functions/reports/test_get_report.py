"""GET /api/v1/reports/{report_id}."""

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

from assistant.platform import aws

GET = "reports.get_report"


@pytest.fixture(scope="module", autouse=True)
def s3():
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DOCUMENTS_BUCKET", "documents")
        for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1")):
            environment.setenv(f"AWS_{name}", value)
        aws.client.cache_clear()
        yield
        aws.client.cache_clear()


def test_an_anonymous_caller_is_refused(call):
    assert call(GET, path={"report_id": uuid.uuid4()}).status == 401


def test_another_persons_is_not_found(call, person, made):
    owner = person()
    report_id = made(owner)
    for other in (person(owner.organization_id), person(), person(role="admin")):
        assert call(GET, other, path={"report_id": report_id}).status == 404


def test_what_does_not_exist_is_not_found(call, person):
    assert call(GET, person(), path={"report_id": uuid.uuid4()}).status == 404
    assert call(GET, person(), path={"report_id": "seven"}).status == 422


def test_a_report_with_signed_links(call, person, made):
    owner = person()
    report_id = made(owner)
    answer = call(GET, owner, path={"report_id": report_id})
    assert answer.status == 200, answer.body
    assert (answer.body["title"], answer.body["expires_in"]) == ("Cost of models", 300)
    [file] = answer.body["files"]
    link = urlsplit(file["url"])
    assert answer.body["url"] == file["url"]
    assert link.path.endswith(f"reports/{owner.organization_id}/{report_id}/cost.html")
    assert {"X-Amz-Signature", "Signature"} & set(parse_qs(link.query))
    assert "key" not in file


def test_an_administrator_of_the_organization_opens_it(call, person, made):
    owner = person()
    report_id = made(owner)
    assert call(GET, person(owner.organization_id, role="admin"), path={"report_id": report_id}).status == 200

"""Files that were sent straight to the bucket become documents, once, of whoever asked for the form."""

import json
import os

import pytest

from assistant.search.uploads import MOST_BYTES
from functions.workers import index_uploaded_files as worker
from tests.functions.search.conftest import bucket  # noqa: F401 - a fixture
from tests.layers.search.office_files import docx, with_entry


def arrived(context, *keys, body=None):
    told = body or {"Records": [{"s3": {"object": {"key": key.replace("/", "%2F")}}} for key in keys]}
    record = {"messageId": "1", "body": json.dumps(told), "eventSource": "aws:sqs", "attributes": {},
              "messageAttributes": {}, "receiptHandle": "r", "awsRegion": "us-east-1", "md5OfBody": "",
              "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q"}  # fmt: skip
    return worker.handler({"Records": [record]}, context)


@pytest.fixture
def sent_file(call, bucket):  # noqa: F811
    """Asks for a form and sends a file by it; where it is."""

    def send(whose, content, filename, **about):
        form = call("search.create_upload_url", whose, json_body={"filename": filename, **about}).body
        bucket.put_object(Key=form["fields"]["key"], Body=content)
        return form["fields"]["key"]

    return send


def told(db, person):
    with db.reading() as work:
        rows = work.run(
            'SELECT type, data FROM notifications WHERE organization_id = CAST(:id AS uuid) ORDER BY "offset"',
            id=person.organization_id,
        )
    return [(row["type"], row["data"]["status"]) for row in rows]


def test_a_large_file_is_found(call, context, db, person, bucket, sent_file):  # noqa: F811
    me = person()
    content = with_entry(docx(), "word/media/noise.png", os.urandom(MOST_BYTES))
    key = sent_file(me, content, "large.docx", title="Large", tags=["x"])
    assert len(content) > MOST_BYTES
    assert arrived(context, key) == {"batchItemFailures": []}
    [result] = call("search.search_documents", me, json_body={"query": "бюджеты"}).body["results"]
    assert result["title"] == "Large"
    assert told(db, me) == [("task_completed", "completed")]
    assert [entry.key for entry in bucket.objects.all()] == [f"{me.organization_id}/{result['document_id']}/large.docx"]
    assert call("search.search_documents", person(), json_body={"query": "бюджеты"}).body["results"] == []
    assert arrived(context, key) == {"batchItemFailures": []}  # told twice, as queues do
    assert told(db, me) == [("task_completed", "completed")]


def test_what_cannot_be_read_is_told_and_removed(context, db, person, bucket, sent_file):  # noqa: F811
    me = person()
    arrived(context, sent_file(me, b"no pdf", "a.pdf"))
    assert told(db, me) == [("task_failed", "failed")]
    assert list(bucket.objects.all()) == []


def test_what_nobody_asked_for_is_left_alone(context, bucket, monkeypatch):  # noqa: F811
    bucket.put_object(Key="incoming/x", Body=b"x")
    assert arrived(context, "incoming/x") == {"batchItemFailures": []}
    assert arrived(context, body={"Service": "Amazon S3", "Event": "s3:TestEvent"}) == {"batchItemFailures": []}


def test_when_the_bucket_does_not_answer_it_comes_again(context, person, sent_file, monkeypatch):
    key = sent_file(person(), b"words", "a.md")
    monkeypatch.setenv("DOCUMENTS_BUCKET", "not-there")
    assert arrived(context, key) == {"batchItemFailures": [{"itemIdentifier": "1"}]}

"""The worker of process_data_sync; what a run does: tests/layers/search/sources."""

import json

import pytest

from functions.workers import process_data_sync as worker
from tests.functions.search.conftest import a_source, bucket, jira, source  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("bucket")


@pytest.fixture(autouse=True)
def empty_queue(db):
    with db.transaction() as work:
        work.run("DELETE FROM tasks WHERE task_type = 'process_data_sync'")


def run(context, body):
    record = {"messageId": "1", "body": json.dumps(body), "eventSource": "aws:sqs", "attributes": {},
              "messageAttributes": {}, "receiptHandle": "r", "awsRegion": "us-east-1", "md5OfBody": "",
              "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q"}  # fmt: skip
    assert worker.handler({"Records": [record]}, context) == {"batchItemFailures": []}


def test_a_ticket_runs_the_task_with_the_sources_secret(call, context, person, source, sent):  # noqa: F811
    admin = person(role="admin")
    source(admin)
    [started] = call("search.start_sync", admin, json_body={}).body["syncs"]
    ticket = {"task_type": "process_data_sync", "task_id": started["task_id"]}
    run(context, ticket)
    task = call("tasks.get_task", admin, path={"task_id": started["task_id"]}).body
    assert (task["status"], task["result"]["added"], task["cost"]) == ("completed", 5, 0)
    run(context, ticket)  # a duplicate finds nothing to do
    assert call("search.search_documents", admin, json_body={"query": "hold"}).body["total_found"] == 5

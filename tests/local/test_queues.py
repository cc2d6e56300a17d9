"""Queues of a deployed template: order, partial failures, dead letters."""

import time
from typing import Any

import pytest

from local.cloud import LocalCloud
from local.deploy import client


@pytest.fixture(scope="module")
def sqs(cloud: LocalCloud) -> Any:
    return client("sqs", cloud.addresses.aws_endpoint_url)


def written(cloud: LocalCloud, prefix: str, wanted: int) -> list[str]:
    s3 = client("s3", cloud.addresses.aws_endpoint_url)
    bucket = cloud.addresses.resources["DocumentsBucket"]
    deadline = time.monotonic() + 15
    while True:
        keys = sorted(item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []))
        if len(keys) >= wanted or time.monotonic() > deadline:
            return [s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys]
        time.sleep(0.1)


def test_a_message_group_keeps_its_order_while_groups_interleave(cloud, sqs):
    url = cloud.addresses.resources["OrderedQueue"]
    for number in range(15):
        for group in ("a", "b"):
            sqs.send_message(QueueUrl=url, MessageBody=f"{group}{number}", MessageGroupId=group)
    name = cloud.addresses.resources["OrderedFunction"]
    for group in ("a", "b"):
        assert written(cloud, f"{name}/{group}/", 15) == [f"{group}{number}" for number in range(15)]


def test_a_failing_message_reaches_the_dead_letter_queue_and_the_others_are_done(cloud, sqs):
    url, dead = cloud.addresses.resources["TicketQueue"], cloud.addresses.resources["TicketDeadLetterQueue"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "3"})  # longer than a slow start
    for body in ("one", "fail", "two"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    name = cloud.addresses.resources["TicketFunction"]
    assert sorted(written(cloud, f"{name}/none/", 2)) == ["one", "two"]
    found: list[dict[str, str]] = []
    deadline = time.monotonic() + 15
    while not found and time.monotonic() < deadline:
        found = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1).get("Messages", [])
    assert [message["Body"] for message in found] == ["fail"]

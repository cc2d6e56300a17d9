"""Sending to SQS."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.platform.aws import client
from assistant.platform.config import setting
from assistant.platform.observability import current_request

BATCH = 10  # SQS takes at most ten messages and 1 MiB a call


REQUEST_ID = "request_id"


def _attributes() -> dict[str, Any]:
    """The id of the request that sends, for the log of whoever receives."""
    request = current_request()
    return {REQUEST_ID: {"DataType": "String", "StringValue": request}} if request else {}


def request_of(record: Mapping[str, Any]) -> str | None:
    """The id that a received message carries."""
    attribute = (record.get("messageAttributes") or {}).get(REQUEST_ID) or {}
    return attribute.get("stringValue")


def send(queue_setting: str, body: dict[str, Any], delay_seconds: int = 0) -> None:
    """Send one message to the standard queue whose URL is in the environment variable `queue_setting`."""
    client("sqs").send_message(
        QueueUrl=setting(queue_setting),
        MessageBody=json.dumps(body),
        DelaySeconds=min(delay_seconds, 900),
        MessageAttributes=_attributes(),
    )


def send_ordered(queue_setting: str, messages: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """Send (group, deduplication id, body) to a FIFO queue; order holds within a group. Raises if any was refused."""
    entries = [
        {
            "Id": str(n),
            "MessageGroupId": group,
            "MessageDeduplicationId": identity,
            "MessageBody": json.dumps(body),
            "MessageAttributes": _attributes(),
        }
        for n, (group, identity, body) in enumerate(messages)
    ]
    for start in range(0, len(entries), BATCH):
        answer = client("sqs").send_message_batch(
            QueueUrl=setting(queue_setting), Entries=entries[start : start + BATCH]
        )
        if refused := answer.get("Failed"):
            raise RuntimeError(f"SQS refused {len(refused)} messages: {refused[0].get('Message')}")


def return_soon(queue_setting: str, receipt_handle: str, seconds: int) -> None:
    """Let a message that was received and failed be received again after `seconds`, not after the queue's own time."""
    client("sqs").change_message_visibility(
        QueueUrl=setting(queue_setting), ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )


def depth(queue_setting: str) -> int:
    """About how many messages of a queue wait. One short try: who asks wants to know whether SQS answers."""
    return depth_of(setting(queue_setting))


def depth_of(url: str) -> int:
    """The same, of a queue by its URL."""
    answer = client("sqs", read_timeout=2, attempts=1).get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])

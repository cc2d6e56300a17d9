"""What travels on the socket."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Literal

from assistant.notifications.limits import LARGEST_FRAME
from assistant.platform.clock import iso, utc_now

Priority = Literal["low", "normal", "high", "urgent"]
Message = dict[str, Any]

TYPES = (
    "task_started",
    "task_progress",
    "task_completed",
    "task_failed",
    "task_cancelled",
    "budget_alert",
    "budget_updated",
    "system_alert",
    "performance_alert",
    "sync_status",
    "chat_delta",
    "chat_completed",
)
SKIPPED = "skipped"
DELIVERY_QUEUE = "NOTIFICATION_DELIVERY_QUEUE_URL"


def envelope(row: Mapping[str, Any], epoch: str) -> Message:
    """A notification of the log; one that does not fit a frame names the place where its data is."""
    message = whole_envelope(row, epoch)
    if len(as_frame(message)) > LARGEST_FRAME:
        return by_reference(message)
    return message


def whole_envelope(row: Mapping[str, Any], epoch: str) -> Message:
    """The same with its data, whatever its size: over HTTP there is no frame."""
    return {
        "type": row["type"],
        "data": row["data"],
        "priority": row["priority"],
        "timestamp": iso(row["created_at"]),
        "message_id": str(row["message_id"]),
        "offset": row["offset"],
        "epoch": epoch,
    }


def by_reference(message: Message) -> Message:
    return {**message, "data": {"ref": f"/api/v1/notifications/{message['offset']}?epoch={message['epoch']}"}}


def skipped(message: Message) -> Message:
    """Stands for a message that the client did not subscribe to, so that its offsets have no gap."""
    return {**message, "type": SKIPPED, "data": {}}


def control(kind: str, data: dict[str, Any]) -> Message:
    """A message about the connection itself, outside the log: it has no offset."""
    return {
        "type": kind,
        "data": data,
        "priority": "normal",
        "timestamp": iso(utc_now()),
        "message_id": str(uuid.uuid4()),
        "offset": None,
        "epoch": None,
    }


def as_frame(message: Message) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()

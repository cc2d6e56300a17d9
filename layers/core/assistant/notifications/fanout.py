"""From the delivery queue to the sockets: every connection is a lane of its own, and lanes run side by side.

Within a lane order holds. A slow or throttled connection delays its own lane, never that of another user; of a user
whose lane failed the queue keeps what was not delivered, and the rest of the user's messages behind it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from assistant.notifications.envelope import Message, as_frame, by_reference, skipped
from assistant.platform import queues, sockets
from assistant.platform.clock import utc_now
from assistant.platform.observability import count, logger

DELIVERY_QUEUE = "NOTIFICATION_DELIVERY_QUEUE_URL"
GONE_QUEUE = "GONE_CONNECTIONS_QUEUE_URL"
LANES_AT_ONCE = 16
LATE_SECONDS = 5.0  # from the commit to the post

Delivery = dict[str, Any]
"""A body of the delivery queue: connection_ids, message, and perhaps skipping and close."""


@dataclass
class Lane:
    """What one connection is to get, with each item's place in its user's messages."""

    connection_id: str
    items: list[tuple[int, Delivery]] = field(default_factory=list)
    failed_at: int | None = None
    counted: dict[str, int] = field(default_factory=dict)

    def note(self, name: str) -> None:
        self.counted[name] = self.counted.get(name, 0) + 1


def deliver_groups(groups: Sequence[Sequence[Delivery]]) -> list[int]:
    """Post the messages of several users; of each user how many from the first on are done with."""
    lanes: list[list[Lane]] = []
    for group in groups:
        by_connection: dict[str, Lane] = {}
        for place, delivery in enumerate(group):
            for connection_id in delivery["connection_ids"]:
                by_connection.setdefault(connection_id, Lane(connection_id)).items.append((place, delivery))
        lanes.append(list(by_connection.values()))
    _all([lane for group in lanes for lane in group], _run)
    totals: dict[str, int] = {}
    for lane in (lane for group in lanes for lane in group):
        for name, n in lane.counted.items():
            totals[name] = totals.get(name, 0) + n
    count({f"Notifications{name}": n for name, n in totals.items()})
    return [
        min((lane.failed_at for lane in group_lanes if lane.failed_at is not None), default=len(group))
        for group, group_lanes in zip(groups, lanes, strict=True)
    ]


def _all(lanes: Sequence[Lane], run: Callable[[Lane], None]) -> None:
    if len(lanes) == 1:  # the usual case needs no thread
        run(lanes[0])
    else:
        list(_threads().map(run, lanes))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(LANES_AT_ONCE, thread_name_prefix="lane")


def _run(lane: Lane) -> None:
    for place, delivery in lane.items:
        message = delivery["message"]
        request = (message["data"] or {}).get("request_id")
        if lane.connection_id in delivery.get("skipping", ()):
            message = skipped(message)
        try:
            _post(lane, message)
            if delivery.get("close"):
                sockets.close(lane.connection_id)
                raise sockets.Gone(lane.connection_id)
        except sockets.Gone:
            lane.note("Gone")
            logger.info("connection_gone", extra={"connection_id": lane.connection_id, "request_id": request})
            queues.send(GONE_QUEUE, {"connection_id": lane.connection_id})
            return
        except sockets.Slow:
            # Its client finds the gap by the next offset or pong, and resumes. Waiting would hold its user's others.
            lane.note("Slow")
            logger.warning("connection_slow", extra={"connection_id": lane.connection_id, "request_id": request})
            return
        except Exception:
            lane.note("Failed")
            logger.exception("post_failed", extra={"connection_id": lane.connection_id, "request_id": request})
            lane.failed_at = place
            return


def _post(lane: Lane, message: Message) -> None:
    first = message["type"] == "connection_established"
    try:
        sockets.post(lane.connection_id, as_frame(message), just_connected=first)
    except sockets.TooLarge:
        if message["offset"] is None:
            raise
        sockets.post(lane.connection_id, as_frame(by_reference(message)))
    lane.note("Sent")
    if message["offset"] is not None and _age(message) > LATE_SECONDS:
        lane.note("Late")


def _age(message: Message) -> float:
    return (utc_now() - datetime.fromisoformat(message["timestamp"])).total_seconds()

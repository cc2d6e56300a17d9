"""What a client says on its socket: ping, subscribe, ack, resume. Answers travel through the delivery queue.

docs/notifications.md is the same for authors of clients.
"""

import json
import uuid
from typing import Any

from assistant.notifications import connections, counters, log, upkeep
from assistant.notifications.connections import Connection
from assistant.notifications.envelope import TYPES, Message, control
from assistant.notifications.limits import (
    FLOOD_A_MINUTE,
    IDLE_SECONDS,
    LARGEST_FRAME,
    LARGEST_MESSAGE,
    LIFE_SECONDS,
    MESSAGES_A_MINUTE,
    ROTATE_AFTER_SECONDS,
)
from assistant.notifications.outbox import deliver
from assistant.notifications.owner import Owner
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import AssistantError, Invalid, PayloadTooLarge


def greet(work: UnitOfWork, caller: Owner, connection_id: str) -> None:
    """Register a socket that the authorizer let in, and tell it its place in the log."""
    last = connections.open_connection(work, caller, connection_id)
    established = control(
        "connection_established",
        {
            "connection_id": connection_id,
            "offset": last.offset,
            "epoch": last.epoch,
            "idle_seconds": IDLE_SECONDS,
            "life_seconds": LIFE_SECONDS,
            "messages_a_minute": MESSAGES_A_MINUTE,
        },
    )
    # Alone on its connection and known by its id, so nothing needs to set it apart from a repetition.
    work.after_commit(lambda: deliver(caller.user_id, {connection_id: None}, [established]))


def handle(work: UnitOfWork, connection_id: str, text: str) -> None:
    """Do what the message asks and queue the answer. A message that makes no sense is answered with the reason."""
    connection = connections.hear(work, connection_id)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_MESSAGE:
        close(work, connection, "message_too_large", f"A message has at most {LARGEST_MESSAGE} bytes.")
        return
    if connection.heard > MESSAGES_A_MINUTE:
        _too_many(work, connection)
        return
    try:
        answers = _answers(work, connection, _parse(text, size))
    except AssistantError as error:
        answers = [control("error", {"code": error.code, "detail": error.detail})]
    if connection.age > ROTATE_AFTER_SECONDS and not connection.rotating:
        connections.told_to_rotate(work, connection)
        answers.append(upkeep.rotate(connection.age))
    if answers:
        _reply(work, connection, answers)


def close(work: UnitOfWork, connection: Connection, code: str, detail: str) -> None:
    """Tell the client why, then cut it off. API Gateway chooses the close code, so the reason is a message."""
    _reply(work, connection, [control("closing", {"code": code, "detail": detail})], close=True)


def _reply(work: UnitOfWork, connection: Connection, answers: list[Message], *, close: bool = False) -> None:
    repetition = f":{uuid.uuid4().hex[:12]}"
    listening = {connection.connection_id: connection.types}
    work.after_commit(lambda: deliver(connection.user_id, listening, answers, repetition, close=close))


def _too_many(work: UnitOfWork, connection: Connection) -> None:
    limit = f"A connection may send {MESSAGES_A_MINUTE} messages a minute."
    if connection.heard == MESSAGES_A_MINUTE + 1:  # told once: an answer to each would double the flood
        data = {"code": "too_many_requests", "retry_after": connection.left}
        detail = f"{limit} What you send in the next {connection.left} seconds is not read."
        _reply(work, connection, [control("error", {**data, "detail": detail})])
    elif connection.heard > FLOOD_A_MINUTE:
        close(work, connection, "too_many_requests", limit)


def _parse(text: str, size: int) -> dict[str, Any]:
    if size > LARGEST_FRAME:
        raise PayloadTooLarge(f"A message of a client has at most {LARGEST_FRAME} bytes.")
    try:
        message = json.loads(text)
    except ValueError as error:
        raise Invalid(f"The message is not JSON: {error}. Send an object with a type.") from error
    if not isinstance(message, dict):
        raise Invalid("The message is not an object. Send an object with a type.")
    return message


def _answers(work: UnitOfWork, connection: Connection, message: dict[str, Any]) -> list[Message]:
    match message.get("type"):
        case "ping":
            last = log.end(work, connection.organization_id, connection.user_id)
            return [control("pong", {"offset": last.offset, "epoch": last.epoch})]
        case "subscribe":
            types = _types(message)
            connections.subscribe(work, connection, types)
            return [control("subscribed", {"types": types})]
        case "ack":
            connections.acknowledge(work, connection, _offset(message))
            return []
        case "resume":
            return _replay(work, connection, log.Position(str(message.get("epoch", "")), _offset(message)))
        case other:
            raise Invalid(f"There is no message type {str(other)[:100]!r}. Send ping, subscribe, ack or resume.")


def _replay(work: UnitOfWork, connection: Connection, seen: log.Position) -> list[Message]:
    found = log.missed(work, connection.organization_id, connection.user_id, seen)
    counters.add(work, counters.REPLAYED, len(found.messages))
    data = {
        "recovered": found.recovered,
        "replayed": len(found.messages),
        "offset": found.end.offset,
        "epoch": found.end.epoch,
    }
    return [*found.messages, control("resumed", data)]


def _offset(message: dict[str, Any]) -> int:
    offset = message.get("offset")
    if not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset < 2**63:
        raise Invalid("offset: a whole number, the last offset that you have seen (0 for none).")
    return offset


def _types(message: dict[str, Any]) -> list[str] | None:
    types = message.get("types")
    if types is None:
        return None
    if not isinstance(types, list) or any(kind not in TYPES for kind in types):
        raise Invalid(f"types: a list out of {', '.join(TYPES)}; null for all.")
    return sorted(set(types))

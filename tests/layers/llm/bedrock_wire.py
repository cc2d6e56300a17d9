"""Bedrock's wire format for ProviderServer: application/vnd.amazon.eventstream frames."""

import json
import struct
import zlib
from typing import Any

from tests.layers.llm.provider_server import Behaviour, Exchange

CONTENT_TYPE = "application/vnd.amazon.eventstream"


def frame(headers: dict[str, str], payload: Any) -> bytes:
    """Prelude (two lengths and their CRC), headers, payload, and the CRC of all of it."""
    head = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    body = json.dumps(payload, ensure_ascii=False).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + body
    return message + struct.pack(">I", zlib.crc32(message))


def event(kind: str, payload: Any) -> bytes:
    return frame({":message-type": "event", ":event-type": kind, ":content-type": "application/json"}, payload)


def exception(kind: str, message: str = "planned") -> bytes:
    headers = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    return frame(headers, {"message": message})


def text(piece: str) -> bytes:
    return event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}})


def stop(reason: str = "end_turn") -> bytes:
    return event("messageStop", {"stopReason": reason})


def usage(input_tokens: int = 12, output_tokens: int = 3, **more: int) -> bytes:
    counts = {"inputTokens": input_tokens, "outputTokens": output_tokens, "totalTokens": input_tokens + output_tokens}
    return event("metadata", {"usage": counts | more, "metrics": {"latencyMs": 5}})


def converse(*frames: bytes, end: str = "end", delay: float = 0.0) -> Behaviour:
    """These frames, a packet each; then the stream ends ("end"), breaks ("hang_up") or goes on in silence ("hang")."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin(CONTENT_TYPE)
        await exchange.raw(event("messageStart", {"role": "assistant"}))
        for one in frames:
            await exchange.raw(one)
            exchange.record.pieces += 1
            await exchange.pause(delay)
        if end == "hang_up":
            exchange.hang_up()
        elif end == "hang":
            await exchange.gone.wait()
        else:
            await exchange.end()

    return behave


def refused(status: int, kind: str, **headers: str) -> Behaviour:
    """An error before the stream, as Bedrock says it."""
    lines = {"x-amzn-errortype": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.answer(status, {"message": "planned"}, lines)

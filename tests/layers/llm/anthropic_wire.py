"""Anthropic's streaming protocol for ProviderServer: named events, usage at the start and, cumulative, at the end."""

import json
from typing import Any

from tests.layers.llm.provider_server import Behaviour, Exchange

MODEL = "claude-sonnet-4-5-20250929"


def named(kind: str, **content: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **content}, ensure_ascii=False)}\n\n".encode()


def start(input_tokens: Any = 12, **more: Any) -> bytes:
    usage = {"input_tokens": input_tokens, "output_tokens": 1, **more}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": MODEL,
               "stop_reason": None, "stop_sequence": None, "usage": usage}  # fmt: skip
    return named("message_start", message=message)


def block(kind: str = "text") -> bytes:
    return named("content_block_start", index=0, content_block={"type": kind, kind: ""})


def text(piece: str) -> bytes:
    return named("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})


def thinking(piece: str) -> bytes:
    return named("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": piece})


def delta(output_tokens: Any = 3, reason: str | None = "end_turn", **more: Any) -> bytes:
    usage = {"output_tokens": output_tokens, **more}
    return named("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=usage)


def stop() -> bytes:
    return named("message_stop")


def ping() -> bytes:
    return named("ping")


def error(kind: str = "overloaded_error") -> bytes:
    return named("error", error={"type": kind, "message": "planned"})


def sent(*frames: bytes, end: str = "end", delay: float = 0.0) -> Behaviour:
    """These events, a packet each; then the stream ends ("end"), breaks ("hang_up") or goes on in silence ("hang")."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin()
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


def normal(*pieces: str, input_tokens: Any = 12, output_tokens: Any = 3, **more: Any) -> Behaviour:
    frames = [start(input_tokens, **more), block(), ping(), *map(text, pieces)]
    return sent(*frames, named("content_block_stop", index=0), delta(output_tokens), stop())


def refused(status: int, kind: str, **headers: str) -> Behaviour:
    """An error before the stream."""
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"type": "error", "error": {"type": kind, "message": "planned"}}
    return lambda exchange: exchange.answer(status, body, lines)

"""The outermost layer of every endpoint: limits before it runs; headers, ETag and compression after it."""

import hashlib
from collections.abc import Iterable

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.http.compression import COMPRESSIBLE, SMALLEST, accepted, compress
from assistant.http.limits import LARGEST_BODY, check_body
from assistant.http.problems import render_assistant_error
from assistant.http.request_ids import HEADER, request_id
from assistant.http.unit_of_work import sent_by
from assistant.platform.errors import AssistantError

Headers = dict[str, str]
SECURITY: Headers = {
    # An answer of the API is data: whatever a browser makes of it, it may load and run nothing.
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",  # pages of other origins have CORS, with its list of origins
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Nearly every answer is somebody's own. An endpoint whose answer is not says so itself.
    "cache-control": "private, no-store",
}
KEPT_AT_304 = {"cache-control", "etag", "expires", "vary", "cache-status", "age"}


class Edge:
    """`largest_body`: bytes of a request that is no form."""

    def __init__(self, app: ASGIApp, largest_body: int = LARGEST_BODY) -> None:
        self.app, self.largest_body = app, largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
        body = await _whole(receive)
        try:
            check_body(body, asked.get("content-type", ""), self.largest_body)
        except AssistantError as error:
            answer = await sent_by(await render_assistant_error(Request(scope), error), scope, receive)
        else:
            answer = await self._run(scope, receive, body)
        status, headers, content = _taken_apart(answer)
        status, headers, content = finished(str(scope["method"]), asked, status, headers, content)
        headers.append((HEADER, request_id(scope)))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    async def _run(self, scope: Scope, receive: Receive, body: bytes) -> list[Message]:
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        answer: list[Message] = []

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.app(scope, replay, keep)
        return answer


def finished(
    method: str, asked: Headers, status: int, headers: list[tuple[str, str]], content: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer with what the edge adds: (status, headers, content)."""
    named = {name for name, _ in headers}
    headers = [*headers, *((name, value) for name, value in SECURITY.items() if name not in named)]
    if method == "GET" and status == 200 and content:
        # Weak, because the same answer may leave compressed or not.
        tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers.append(("etag", tag))
        if _matches(asked.get("if-none-match", ""), tag):
            kept = [
                (name, value)
                for name, value in headers
                if name in KEPT_AT_304 or name in SECURITY or not name.startswith("content-")
            ]
            return 304, kept, b""
    return status, *_compressed(asked, headers, content)


def _compressed(asked: Headers, headers: list[tuple[str, str]], content: bytes) -> tuple[list[tuple[str, str]], bytes]:
    found = dict(headers)
    kind = found.get("content-type", "")
    if len(content) <= SMALLEST or "content-encoding" in found or not kind.startswith(COMPRESSIBLE):
        return headers, content
    headers = [*headers, ("vary", "Accept-Encoding")]
    for encoding in accepted(asked.get("accept-encoding", "")):
        if packed := compress(content, encoding):
            rest = [(name, value) for name, value in headers if name != "content-length"]
            return [*rest, ("content-encoding", encoding), ("content-length", str(len(packed)))], packed
    return headers, content


def _matches(header: str, tag: str) -> bool:
    """Whether If-None-Match names the tag; weakly, as RFC 9110 wants it."""
    opaque = tag.removeprefix("W/")
    return header.strip() == "*" or any(item.strip().removeprefix("W/") == opaque for item in header.split(","))


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _taken_apart(answer: Iterable[Message]) -> tuple[int, list[tuple[str, str]], bytes]:
    start, *bodies = answer
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"]]
    return start["status"], headers, b"".join(message.get("body", b"") for message in bodies)

"""What the servers share: real HTTP, a secret that can expire, faults on demand, and edits between two requests."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """`path` as it was sent, escapes and all."""

    path: str
    query: dict[str, str]
    headers: Any


@dataclass(frozen=True)
class Answer:
    """`body` is JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """Ends a request with a status."""

    def __init__(self, status: int) -> None:
        self.status = status


class ApiServer:
    """`plan` holds what the next requests get instead of an answer; `before` is called with the number of each.

    `secret` is the one that is accepted; change it and the client's has expired.
    """

    def __init__(self) -> None:
        self.secret = "right"
        self.plan: list[Answer | None] = []
        self.before: Callable[[int], None] = lambda number: None
        self.requests: list[Request] = []
        self._lock = threading.RLock()
        self._moment = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: two would wait for the client's delayed acknowledgement

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                answer = owner._handle(Request(parts.path, query, self.headers))
                content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                kind = "application/octet-stream" if isinstance(answer.body, bytes) else "application/json"
                for name, value in (("Content-Type", kind), *answer.headers, ("Content-Length", str(len(content)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def now(self) -> datetime:
        """A moment later than all that were told before; most are long past, so that no clock matters."""
        self._moment += timedelta(seconds=47)
        return self._moment

    def _handle(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            self.before(len(self.requests))
            planned = self.plan.pop(0) if self.plan else None
            if planned is not None:
                return planned
            try:
                if not self.is_signed_in(request):
                    raise Refused(401)
                return self.answer(request)
            except Refused as refusal:
                return Answer(refusal.status, {"message": "refused"})

    def is_signed_in(self, request: Request) -> bool:
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        """Answer a request that is signed in; raises Refused."""
        raise NotImplementedError


def busy(seconds: int = 3) -> Answer:
    """429, as every one of them says it."""
    return Answer(429, {"message": "slow down"}, (("Retry-After", str(seconds)),))


def broken(status: int = 503) -> Answer:
    """An error of the server's own, with a page of HTML for a body."""
    return Answer(status, b"<html>something went wrong</html>")


def stamp(moment: datetime) -> str:
    """A time as most of them write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"

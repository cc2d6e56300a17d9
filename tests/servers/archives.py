"""A host that offers archives of repositories as GitLab does: what each path answers is set by the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

AT = "/g/p/-/archive/HEAD/p-HEAD.tar.gz"
Answers = dict[str, tuple[int, bytes]]  # a path's status and body; the body of a 302 is where it leads


@contextmanager
def archive_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Answers]]:
    """(the repository's page, the answers); the host may be connected to although it is inside the network."""
    answers: Answers = {}

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
                body = b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OUTBOUND_ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setattr("assistant.platform.outbound.FIRST_PAUSE", 0.01)
    try:
        yield f"http://127.0.0.1:{server.server_port}/g/p", answers
    finally:
        server.shutdown()
        server.server_close()

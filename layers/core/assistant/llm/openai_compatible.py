"""Chat completions over HTTP as OpenAI documents them: OpenAI itself, vLLM, Ollama, and the local model."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from assistant.llm.http_errors import error_in_stream, error_of_transport
from assistant.llm.http_stream import READ_SECONDS, ApiKey, data_events, get, open_stream, parsed, patience
from assistant.llm.port import CompletionRequest, ProviderProtocolError, StopReason, Stream, TextDelta, Usage
from assistant.llm.usage import finished, possible_usage

STOP_REASONS: Mapping[str, StopReason] = {"stop": "stop", "length": "length", "content_filter": "filtered"}
REASONING_MODELS = re.compile(r"(o\d|gpt-[5-9])")


@dataclass
class OpenAICompatible:
    """A model behind `base_url`/chat/completions.

    `running_usage` asks llama.cpp and vLLM to count along in each chunk; OpenAI itself refuses these fields.
    """

    base_url: str
    model: str
    name: str = "openai-compatible"
    context_tokens: int = 8192
    api_key: ApiKey = lambda fresh: None
    read_seconds: float = READ_SECONDS
    first_token_seconds: float = READ_SECONDS
    running_usage: bool = False
    id: str = "openai-compatible"

    def stream(self, request: CompletionRequest) -> Stream:
        """See Provider.stream."""
        url = f"{self.base_url.rstrip('/')}/chat/completions"
        first, between = patience(request, self.first_token_seconds), patience(request, self.read_seconds)
        response = open_stream(url, self._body(request), self.api_key, _authorization, max(first, between))
        try:
            yield from self._events(self._chunks(response, first, between), request)
        except httpx.TransportError as error:
            raise error_of_transport(error) from error
        finally:
            response.close()

    def probe(self) -> None:
        """See Provider.probe: the list of models is free."""
        get(f"{self.base_url.rstrip('/')}/models", self.api_key, _authorization)

    @property
    def thinks_unseen(self) -> bool:
        """Whether the model is one that makes tokens, and has them paid, before any text comes."""
        return self._reasons

    @property
    def _reasons(self) -> bool:
        return self.name == "openai" and REASONING_MODELS.match(self.model) is not None

    def _body(self, request: CompletionRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        # OpenAI renamed the limit and refuses the old name for models that reason; others know only the old name.
        body["max_completion_tokens" if self.name == "openai" else "max_tokens"] = request.max_tokens
        if self.name == "openai":
            body["service_tier"] = "default"  # a project may be set to a dearer one, which the price list does not mean
        if not self._reasons:
            body["temperature"] = request.temperature
        if request.stop:
            body["stop"] = list(request.stop)
        if request.json_schema is not None:
            schema = {"name": "answer", "strict": True, "schema": request.json_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        if self.running_usage:
            body["timings_per_token"] = True
            body["stream_options"]["continuous_usage_stats"] = True
        return body

    def _events(self, chunks: Iterator[dict[str, Any]], request: CompletionRequest) -> Stream:
        usage: Usage | None = None
        stop_reason: StopReason | None = None
        model, pieces, hidden = self.model, 0, self._reasons
        for chunk in chunks:
            piece = _read(chunk)
            model = piece.model or model
            stop_reason = piece.stop_reason or stop_reason
            # The last count is the whole one. vLLM counts along in every chunk; others send null until the end.
            usage = piece.usage if piece.counted else usage
            hidden = hidden or piece.reasoned
            if piece.text:
                pieces += 1
                if pieces > 2 * request.max_tokens + 64:  # a server that ignores the limit runs up no bill here
                    raise ProviderProtocolError("the answer runs on beyond max_tokens", outcome_known=False)
                yield TextDelta(piece.text, usage or piece.timings, hidden)
        yield finished(request, usage, stop_reason, model, text_came=pieces > 0)

    def _chunks(self, response: httpx.Response, first: float, between: float) -> Iterator[dict[str, Any]]:
        done = False
        try:
            for data in data_events(response, first, between):
                done = done or data == "[DONE]"
                # Read on to the end of the body, or the connection could not be used again. llama.cpp promises to
                # keep it and closes it all the same; a next call sent meanwhile would be lost, its outcome unknown.
                if done and response.headers.get("server") == "llama.cpp":
                    return
                if done:
                    continue
                chunk = parsed(data)
                if "error" in chunk:
                    raise error_in_stream(chunk["error"])
                yield chunk
        except httpx.TransportError:
            if not done:
                raise


def _authorization(key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


@dataclass(frozen=True)
class _Piece:
    text: str
    stop_reason: StopReason | None
    model: str
    counted: bool  # a usage came, be it possible or not
    usage: Usage | None
    timings: Usage | None
    reasoned: bool


def _read(chunk: dict[str, Any]) -> _Piece:
    try:
        text, stop_reason, reasoned = "", None, False
        for choice in chunk.get("choices") or ():
            if reason := choice.get("finish_reason"):
                stop_reason = STOP_REASONS.get(reason, "other")
            delta = choice.get("delta") or {}
            text += delta.get("content") or delta.get("refusal") or ""
            reasoned = reasoned or bool(delta.get("reasoning_content") or delta.get("reasoning"))
        model = chunk.get("model")
        counts = chunk.get("usage")
        usage = None if counts is None else _usage(counts)
        timings = _timings(chunk["timings"]) if chunk.get("timings") else None
        named = model if isinstance(model, str) else ""
        return _Piece(text, stop_reason, named, counts is not None, usage, timings, reasoned)
    except (AttributeError, TypeError) as error:
        raise ProviderProtocolError(f"malformed chunk: {error!r}", outcome_known=False) from error


def _usage(counts: dict[str, Any]) -> Usage | None:
    details = counts.get("prompt_tokens_details") or {}
    cached, written = details.get("cached_tokens") or 0, details.get("cache_write_tokens") or 0
    return possible_usage(counts.get("prompt_tokens"), counts.get("completion_tokens"), cached, written)


def _timings(timings: dict[str, Any]) -> Usage | None:
    """llama.cpp's running count: `prompt_n` tokens were read anew, `cache_n` were still there from before."""
    cached = timings.get("cache_n", 0)
    return possible_usage(cached + timings.get("prompt_n", 0), timings.get("predicted_n"), cached)

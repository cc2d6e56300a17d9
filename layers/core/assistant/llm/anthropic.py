"""Claude through Anthropic's own Messages API, streamed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from assistant.llm.http_errors import error_in_stream, error_of_transport
from assistant.llm.http_stream import READ_SECONDS, ApiKey, data_events, get, open_stream, parsed, patience
from assistant.llm.port import CompletionRequest, ProviderProtocolError, StopReason, Stream, TextDelta, Usage
from assistant.llm.usage import finished, possible_usage

VERSION = "2023-06-01"
STOP_REASONS: Mapping[str, StopReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filtered",
}
# Models that still take a temperature; those after them refuse the whole call for it.
TAKES_TEMPERATURE = re.compile(r"claude-(?:3|(?:sonnet|haiku|opus)-4(?:-[0156])?(?:-\d{8})?$)")


@dataclass
class Anthropic:
    """A model behind `base_url`/messages."""

    model: str
    base_url: str = "https://api.anthropic.com/v1"
    context_tokens: int = 200_000
    api_key: ApiKey = lambda fresh: None
    read_seconds: float = READ_SECONDS
    first_token_seconds: float = READ_SECONDS
    name: str = "anthropic"
    id: str = "anthropic"

    def stream(self, request: CompletionRequest) -> Stream:
        """See Provider.stream."""
        first, between = patience(request, self.first_token_seconds), patience(request, self.read_seconds)
        response = open_stream(f"{self.base_url.rstrip('/')}/messages", self._body(request), self.api_key, _headers,
                               max(first, between))  # fmt: skip
        try:
            yield from self._events(data_events(response, first, between), request)
        except httpx.TransportError as error:
            raise error_of_transport(error) from error
        except (KeyError, TypeError, AttributeError) as error:
            raise ProviderProtocolError(f"malformed event: {error!r}", outcome_known=False) from error
        finally:
            response.close()

    def probe(self) -> None:
        """See Provider.probe: the list of models is free."""
        get(f"{self.base_url.rstrip('/')}/models?limit=1", self.api_key, _headers)

    def _body(self, request: CompletionRequest) -> dict[str, Any]:
        turns = [message for message in request.messages if message.role != "system"]
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": request.max_tokens,
            "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
            "stream": True,
            "service_tier": "standard_only",  # the price list does not mean the priority tier
        }
        if system := [message.content for message in request.messages if message.role == "system"]:
            body["system"] = "\n\n".join(system)
        if TAKES_TEMPERATURE.match(self.model):
            body["temperature"] = min(request.temperature, 1.0)
        if request.stop:
            body["stop_sequences"] = list(request.stop)
        if request.json_schema is not None:
            body["output_config"] = {"format": {"type": "json_schema", "schema": dict(request.json_schema)}}
        return body

    def _events(self, events: Iterator[str], request: CompletionRequest) -> Stream:
        counts: dict[str, Any] = {}
        stop_reason: StopReason | None = None
        model, size, hidden, stopped = self.model, 0, False, False
        for data in events:
            if stopped:
                continue  # to the end of the body, so that the connection can be used again
            event = parsed(data)
            kind = event.get("type")
            if kind == "message_start":
                model = event["message"].get("model") or model
                counts = dict(event["message"]["usage"])
            elif kind == "content_block_start":
                hidden = hidden or "thinking" in event["content_block"]["type"]
            elif kind == "content_block_delta" and event["delta"]["type"] == "text_delta":
                if text := event["delta"]["text"]:
                    size += len(text.encode("utf-8", "surrogatepass"))
                    yield TextDelta(text, hidden=hidden, bound=_bound(counts, request, size, hidden=hidden))
            elif kind == "message_delta":
                if reason := event["delta"].get("stop_reason"):
                    stop_reason = STOP_REASONS.get(reason, "other")
                # Cumulative, and what it leaves out stands as message_start said it.
                counts |= {key: count for key, count in event["usage"].items() if count is not None}
            elif kind == "message_stop":
                stopped = True
            elif kind == "error":
                raise error_in_stream(event.get("error"))
        if not stopped:
            raise ProviderProtocolError("the stream ended before the answer did", outcome_known=False)
        yield finished(request, _usage(counts), stop_reason, model, text_came=size > 0)


def _headers(key: str | None) -> dict[str, str]:
    return {"anthropic-version": VERSION, **({"x-api-key": key} if key else {})}


def _usage(counts: dict[str, Any]) -> Usage | None:
    """Anthropic counts what came from and went to its cache beside the input, not within it."""
    cached, written = counts.get("cache_read_input_tokens") or 0, counts.get("cache_creation_input_tokens") or 0
    plain: Any = counts.get("input_tokens")
    if any(type(count) is not int for count in (plain, cached, written)):
        return None
    return possible_usage(plain + cached + written, counts.get("output_tokens"), cached, written)


def _bound(counts: dict[str, Any], request: CompletionRequest, size: int, *, hidden: bool) -> Usage | None:
    """The most that can be billed up to here: the input is known from the first event, a token shows as a byte."""
    made = request.max_tokens if hidden else min(size + 1, request.max_tokens)
    return _usage({**counts, "output_tokens": made})

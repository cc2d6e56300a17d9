"""Models on Amazon Bedrock through ConverseStream, which speaks to all of them alike."""

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from assistant.llm.port import (
    CompletionRequest,
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    StopReason,
    Stream,
    TextDelta,
    Usage,
)
from assistant.llm.usage import finished, possible_usage
from assistant.platform.aws import client
from assistant.platform.aws_errors import (
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    EventStreamError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ParserError,
    ReadTimeoutError,
    ResponseParserError,
    StreamBroken,
    StreamSilent,
)
from assistant.platform.aws_interruption import interruptible_client, interruptible_events

STOP_REASONS: Mapping[str, StopReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "filtered",
    "content_filtered": "filtered",
}
# Refusals before anything was made. The last two are said after the model ran for a while.
ERRORS: Mapping[str, tuple[type[ProviderError], bool]] = {
    "ThrottlingException": (ProviderThrottled, True),
    "TooManyRequestsException": (ProviderThrottled, True),
    "ServiceQuotaExceededException": (ProviderThrottled, True),
    "ModelNotReadyException": (ProviderUnavailable, True),
    "ServiceUnavailableException": (ProviderUnavailable, True),
    "InternalServerException": (ProviderUnavailable, True),
    "ModelTimeoutException": (ProviderTimeout, False),
    "ModelErrorException": (ProviderUnavailable, False),
}


PROBE_SECONDS = 3.0
READ_SECONDS = 60
STEP = 5  # seconds; a client is made for each patience


@cache
def _client(read_seconds: int = READ_SECONDS) -> Any:
    """The SDK's client without its own retries.

    It would send the same prompt again after a read timeout, when the first one may be billed already; what is
    tried again, and when, is decided in one place, the gateway.
    """
    patience = {} if read_seconds == READ_SECONDS else {"read_timeout": read_seconds}
    runtime = client("bedrock-runtime", **patience)
    runtime.meta.events.unregister("needs-retry.bedrock-runtime", unique_id="retry-config-bedrock-runtime")
    return interruptible_client(runtime)


@dataclass
class Bedrock:
    """A model by its id, the id of a cross-region inference profile, or an ARN."""

    model: str
    context_tokens: int = 8192
    name: str = "bedrock"
    id: str = "bedrock"

    def stream(self, request: CompletionRequest) -> Stream:
        """See Provider.stream."""
        try:
            answer = _client(_read_seconds(request)).converse_stream(**self._body(request))
        except (HTTPClientError, ConnectionError, ClientError, NoCredentialsError, ParamValidationError) as error:
            raise _error(error) from error
        events = answer["stream"]
        try:
            yield from self._events(interruptible_events(events), request)
        except EventStreamError as error:
            raise _error_in_stream(error) from error
        except StreamSilent as error:  # what comes after the head is read from urllib3 itself
            raise ProviderTimeout(repr(error), outcome_known=False) from error
        except (StreamBroken, OSError) as error:
            raise ProviderUnavailable(repr(error), outcome_known=False) from error
        except (ParserError, ResponseParserError) as error:
            raise ProviderProtocolError(repr(error), outcome_known=False) from error
        finally:
            events.close()

    def probe(self) -> None:
        """See Provider.probe. Bedrock's runtime has no free call, so this is a connection to its endpoint."""
        address = urlsplit(_client().meta.endpoint_url)
        port = address.port or (443 if address.scheme == "https" else 80)
        try:
            socket.create_connection((address.hostname or "", port), PROBE_SECONDS).close()
        except OSError as error:
            raise ProviderUnavailable(repr(error), outcome_known=True) from error

    def _body(self, request: CompletionRequest) -> dict[str, Any]:
        system = [{"text": message.content} for message in request.messages if message.role == "system"]
        body: dict[str, Any] = {
            "modelId": self.model,
            "messages": _turns(request),
            "inferenceConfig": {"maxTokens": request.max_tokens, "temperature": request.temperature},
        }
        if system:
            body["system"] = system
        if request.stop:
            body["inferenceConfig"]["stopSequences"] = list(request.stop)
        if request.json_schema is not None:
            schema = {"name": "answer", "schema": json.dumps(request.json_schema)}
            body["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}
        return body

    def _events(self, events: Iterator[dict[str, Any]], request: CompletionRequest) -> Stream:
        usage: Usage | None = None
        stop_reason: StopReason | None = None
        text_came = hidden = False
        try:
            for event in events:
                if "contentBlockDelta" in event:
                    delta = event["contentBlockDelta"]["delta"]
                    hidden = hidden or "reasoningContent" in delta
                    if text := delta.get("text"):
                        text_came = True
                        yield TextDelta(text, hidden=hidden)
                elif "messageStop" in event:
                    stop_reason = STOP_REASONS.get(event["messageStop"]["stopReason"], "other")
                elif "metadata" in event:
                    usage = _usage(event["metadata"]["usage"])
        except KeyError as error:
            raise ProviderProtocolError(f"an event lacks {error}", outcome_known=False) from error
        yield finished(request, usage, stop_reason, self.model, text_came=text_came)


def _read_seconds(request: CompletionRequest) -> int:
    if request.patience is None or request.patience >= READ_SECONDS:
        return READ_SECONDS
    return max(int(request.patience) // STEP * STEP, STEP)


def _turns(request: CompletionRequest) -> list[dict[str, Any]]:
    """The conversation without its system messages. Bedrock wants turns that alternate, so neighbours are joined."""
    turns: list[dict[str, Any]] = []
    for message in request.messages:
        if message.role == "system":
            continue
        if not turns or turns[-1]["role"] != message.role:
            turns.append({"role": message.role, "content": []})
        turns[-1]["content"].append({"text": message.content})
    return turns


def _usage(counts: dict[str, Any]) -> Usage | None:
    """Bedrock counts what came from and went to the cache beside the input, not within it."""
    cached, written = counts.get("cacheReadInputTokens", 0), counts.get("cacheWriteInputTokens", 0)
    return possible_usage(counts["inputTokens"] + cached + written, counts["outputTokens"], cached, written)


def _error(error: Exception) -> ProviderError:
    told = repr(error)
    if isinstance(error, ClientError):
        return _error_of_response(error)
    if isinstance(error, ConnectTimeoutError):
        return ProviderTimeout(told, outcome_known=True)
    if isinstance(error, EndpointConnectionError):
        return ProviderUnavailable(told, outcome_known=True)
    if isinstance(error, NoCredentialsError | ParamValidationError):
        return ProviderRejected(told, outcome_known=True)
    if isinstance(error, ReadTimeoutError):
        return ProviderTimeout(told, outcome_known=False)
    return ProviderUnavailable(told, outcome_known=False)


def _error_of_response(error: ClientError) -> ProviderError:
    answer: dict[str, Any] = dict(error.response)
    code = str(answer.get("Error", {}).get("Code", ""))
    metadata = answer.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode", 0))
    wait = str(metadata.get("HTTPHeaders", {}).get("retry-after", ""))
    retry_after = float(wait) if wait.isdecimal() else None
    if code in ERRORS:
        kind, known = ERRORS[code]
    elif status >= 500:
        kind, known = ProviderUnavailable, status not in (502, 504)
    else:
        kind, known = ProviderRejected, True
    return kind(f"HTTP {status} {error}", outcome_known=known, retry_after=retry_after)


def _error_in_stream(error: EventStreamError) -> ProviderError:
    """An exception that came as an event. What was made before it may be billed."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    told = f"in the stream: {error}"
    if code == "throttlingException":
        return ProviderThrottled(told, outcome_known=False)
    if code == "validationException":
        return ProviderRejected(told, outcome_known=False)
    return ProviderUnavailable(told, outcome_known=False)

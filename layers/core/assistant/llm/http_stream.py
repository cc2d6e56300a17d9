"""What the providers that speak HTTP share: one client a sandbox, a key that may have been rotated, events as JSON."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx

from assistant.llm.http_connections import InterruptibleTransport
from assistant.llm.http_errors import error_of_response, error_of_transport
from assistant.llm.port import CompletionRequest, ProviderProtocolError, ProviderTimeout
from assistant.llm.sse import EventTooLarge, data_of_events
from assistant.platform.clock import monotonic

CONNECT_SECONDS = 3.0
READ_SECONDS = 60.0
PROBE_SECONDS = 5.0
PING = re.compile(r'\{\s*"type"\s*:\s*"ping"')
ApiKey = Callable[[bool], str | None]


@cache
def shared_client() -> httpx.Client:
    """The sandbox's client."""
    # One connection serves a sandbox. It is dropped after 4 idle seconds, because common servers (uvicorn) close
    # theirs after 5: a request that meets a closing connection is lost without saying whether it was billed.
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=1, keepalive_expiry=4.0)
    transport = InterruptibleTransport(http2=False, limits=limits, trust_env=False)
    return httpx.Client(transport=transport, follow_redirects=False, trust_env=False)


def open_stream(url: str, body: Any, key: ApiKey, headers: Callable[[str | None], dict[str, str]],
                read_seconds: float) -> httpx.Response:  # fmt: skip
    """POST `body` and return the answer with its body unread; anything but 200 becomes a ProviderError.

    `key` is asked for the key of each call, with True when the last one was refused and a fresh one is wanted.
    """
    content = json.dumps(body).encode()
    common = {"Content-Type": "application/json", "Accept": "text/event-stream", "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)

    def send(with_key: str | None) -> httpx.Response:
        client = shared_client()
        request = client.build_request("POST", url, content=content, headers=common | headers(with_key),
                                       timeout=timeout)  # fmt: skip
        return client.send(request, stream=True)

    try:
        used = key(False)
        response = send(used)
        if response.status_code == 401 and (fresh := key(True)) != used:  # rotated since this sandbox read it
            response.close()
            response = send(fresh)
    except httpx.TransportError as error:
        raise error_of_transport(error) from error
    if response.status_code != 200:
        try:
            raise error_of_response(response)
        finally:
            response.close()
    return response


def data_events(response: httpx.Response, first_seconds: float, between_seconds: float) -> Iterator[str]:
    """The data of each event, but for pings. Comments and halves of events are signs of life, but not for ever.

    `first_seconds` bounds the wait for the first event, `between_seconds` the gaps after it; silence itself ends at
    the longer of the two.
    """
    last, limit = monotonic(), first_seconds
    try:
        for data in data_of_events(response.iter_bytes()):
            now = monotonic()
            if now - last > limit:
                raise ProviderTimeout(f"no event for {limit} s", outcome_known=False)
            if data is None or PING.match(data):
                continue
            last, limit = now, between_seconds
            yield data
    except (ValueError, EventTooLarge) as error:  # also UnicodeDecodeError
        raise ProviderProtocolError(f"malformed event: {error!r}", outcome_known=False) from error


def patience(request: CompletionRequest, seconds: float) -> float:
    """The provider's own patience, or what the call has left of its time if that is less."""
    return seconds if request.patience is None else min(seconds, request.patience)


def parsed(data: str) -> dict[str, Any]:
    """An event's data as the JSON object that it must be."""
    try:
        event = json.loads(data)
    except ValueError as error:
        raise ProviderProtocolError(f"malformed event: {error!r}", outcome_known=False) from error
    if not isinstance(event, dict):
        raise ProviderProtocolError("an event is not an object", outcome_known=False)
    return event


def get(url: str, key: ApiKey, headers: Callable[[str | None], dict[str, str]]) -> None:
    """GET something that costs nothing; raises a ProviderError unless it answers 200."""
    client = shared_client()
    try:
        used = key(False)
        response = client.get(url, headers=headers(used), timeout=PROBE_SECONDS)
        if response.status_code == 401 and (fresh := key(True)) != used:
            response = client.get(url, headers=headers(fresh), timeout=PROBE_SECONDS)
    except httpx.TransportError as error:
        raise error_of_transport(error) from error
    if response.status_code != 200:
        raise error_of_response(response)

"""What went wrong at a provider that speaks HTTP, in the port's words."""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from assistant.llm.port import (
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
)
from assistant.platform.clock import utc_now

# Refusals that a later try cannot change, although their status says so.
HOPELESS = frozenset({"insufficient_quota", "billing_hard_limit_reached", "account_deactivated", "billing_error"})


def error_of_response(response: httpx.Response) -> ProviderError:
    """The error of an answer that is not 200. Reads at most its first 4 KB."""
    status, kind, message = response.status_code, "", ""
    try:
        body = b""
        for piece in response.iter_bytes():
            body += piece
            if len(body) > 4096:
                break
        kind, message = _kind_and_message(json.loads(body).get("error"))
    except (httpx.TransportError, ValueError, AttributeError):
        pass  # the status tells enough
    told = f"HTTP {status} {kind} {message}".strip()
    wait = retry_after(response.headers)
    if kind in HOPELESS:
        return ProviderRejected(told, outcome_known=True)
    if status in (429, 529):  # 529 is Anthropic's "overloaded": refused at the door
        return ProviderThrottled(told, outcome_known=True, retry_after=wait)
    if status in (408, 502, 504):  # said by something between us and the model, which may have run
        error = ProviderUnavailable if status == 502 else ProviderTimeout
        return error(told, outcome_known=False, retry_after=wait)
    if status >= 500:
        return ProviderUnavailable(told, outcome_known=True, retry_after=wait)
    if status >= 300:
        return ProviderRejected(told, outcome_known=True)
    return ProviderProtocolError(told, outcome_known=False)  # a 2xx that carries no stream


def error_in_stream(error: Any) -> ProviderError:
    """The error of an event that came instead of text. What was made before it may be billed."""
    kind, message = _kind_and_message(error)
    told = f"in the stream: {kind} {message}".strip()
    if "rate_limit" in kind or kind == "overloaded_error":
        return ProviderThrottled(told, outcome_known=False)
    return ProviderUnavailable(told, outcome_known=False)


def error_of_transport(error: httpx.TransportError) -> ProviderError:
    """The error of a connection that failed. Only while connecting is it certain that no model ran."""
    told = repr(error)
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return ProviderTimeout(told, outcome_known=True)
    if isinstance(error, httpx.ConnectError):
        return ProviderUnavailable(told, outcome_known=True)
    if isinstance(error, httpx.TimeoutException):
        return ProviderTimeout(told, outcome_known=False)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return ProviderRejected(told, outcome_known=True)
    return ProviderUnavailable(told, outcome_known=False)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` (OpenAI, Azure) or Retry-After as seconds or as a date."""
    if (milliseconds := headers.get("retry-after-ms", "")).isdecimal():
        return int(milliseconds) / 1000
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
        return max(0.0, (at - utc_now()).total_seconds())
    except (ValueError, TypeError):
        return None


def _kind_and_message(error: Any) -> tuple[str, str]:
    if isinstance(error, dict):
        return str(error.get("code") or error.get("type") or ""), str(error.get("message") or "")[:500]
    return "", str(error or "")[:500]

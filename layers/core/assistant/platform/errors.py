"""What can go wrong on purpose. Each error knows its HTTP status and a stable code that clients may switch on."""

from typing import Any


class AssistantError(Exception):
    """An outcome that the caller can understand and act on; rendered as an RFC 9457 problem by the HTTP adapter.

    `detail` says what is wrong and what to do. `extra` becomes members of the problem body. `commits`: what the
    request stored stands although the caller is refused, as when a stolen token ends its family. `retryable`: the same
    may succeed later without a change, so a task tries it again.
    """

    commits = False
    retryable = False
    status = 500
    code = "internal_error"
    title = "Something went wrong on our side"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class BadRequest(AssistantError):
    status, code, title = 400, "bad_request", "The request cannot be understood"


class Unauthenticated(AssistantError):
    status, code, title = 401, "unauthenticated", "Sign in first"


class BudgetExceeded(AssistantError):
    """No room in a hard budget. `extra`: level, required, remaining (US dollars) and resets_at."""

    status, code, title = 402, "budget_exceeded", "The budget has no room for this"


class Forbidden(AssistantError):
    status, code, title = 403, "forbidden", "You may not do this"


class NotFound(AssistantError):
    """Also the answer for what belongs to someone else: whether it exists is not told."""

    status, code, title = 404, "not_found", "There is no such thing here"


class Conflict(AssistantError):
    status, code, title = 409, "conflict", "The state does not allow this"


class PayloadTooLarge(AssistantError):
    status, code, title = 413, "payload_too_large", "The content is too large"


class UnsupportedMediaType(AssistantError):
    status, code, title = 415, "unsupported_media_type", "This kind of content is not supported"


class Invalid(AssistantError):
    status, code, title = 422, "invalid", "The input is not valid"


class TooManyRequests(AssistantError):
    """`extra["retry_after"]`: whole seconds to wait; also sent as the Retry-After header."""

    retryable = True
    status, code, title = 429, "too_many_requests", "Too many requests"


class Unavailable(AssistantError):
    retryable = True
    status, code, title = 503, "unavailable", "A part that this needs does not answer"

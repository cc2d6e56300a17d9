"""What went wrong, in four kinds, and how long to wait before the next try."""

import random
from typing import Any, Literal

from assistant.platform.errors import AssistantError

Kind = Literal["rate_limited", "provider_down", "internal", "invalid"]
# Seconds before the first repetition and at most. A limit is a promise that waiting helps; a provider that is down
# may be up at any time; a mistake of ours is rarely gone before somebody has looked.
PAUSES: dict[str, tuple[float, float]] = {
    "rate_limited": (15, 900),
    "provider_down": (5, 600),
    "internal": (10, 900),
}
BUSY = frozenset({"model_throttled", "source_busy", "too_many_requests"})
UNKNOWN = {"code": "internal_error", "title": "Something went wrong on our side", "detail": "See the logs."}


def kind_of(error: BaseException) -> Kind:
    """`invalid` is never tried again: the same would happen."""
    if not isinstance(error, AssistantError):
        return "internal"
    if not error.retryable:
        return "invalid"
    if error.code in BUSY or error.status == 429:
        return "rate_limited"
    return "provider_down" if error.status in (502, 503, 504) else "internal"


def reason_of(error: BaseException) -> dict[str, Any]:
    """What the owner is told, and what dead letters are grouped by. Nothing of an unexpected error's inside."""
    if not isinstance(error, AssistantError):
        return {**UNKNOWN, "kind": "internal"}
    return {"code": error.code, "title": error.title, "detail": error.detail, "kind": kind_of(error)}


def seconds_before_retry(kind: str, attempts: int, asked: float | None = None) -> int:
    """Doubling with jitter; `asked` is what the other side wants at least, and all must not come back at once."""
    first, longest = PAUSES[kind]
    own = min(first * 2.0 ** (attempts - 1), longest) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret
    wanted = (asked or 0) * random.uniform(1.0, 1.2)  # noqa: S311
    return max(round(float(max(own, wanted))), 1)

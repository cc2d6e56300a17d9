"""What a request's body may be at most, before anything reads it: bytes, depth, and the length of an array."""

import json
from typing import Any

from assistant.platform.errors import Invalid, PayloadTooLarge

LARGEST_BODY = 2 * 1024 * 1024
LARGEST_UPLOAD = 6 * 1024 * 1024  # what an invocation of Lambda takes; the parser of uploads has a limit of its own
DEEPEST = 32
LONGEST_ARRAY = 10_000


def check_body(body: bytes, content_type: str, largest: int = LARGEST_BODY) -> None:
    """Raise PayloadTooLarge (413) or Invalid (422) for a body that nothing here should have to take apart."""
    form = content_type.startswith("multipart/")
    allowed = max(largest, LARGEST_UPLOAD) if form else largest
    if len(body) > allowed:
        raise PayloadTooLarge(
            f"The body has {len(body):,} bytes; this takes at most {allowed:,}. Send less, or in several requests.",
            limit=allowed,
        )
    # Counting bytes costs microseconds, and most bodies have too few brackets and commas to break either limit.
    if not form and (body.count(b"[") + body.count(b"{") > DEEPEST or body.count(b",") >= LONGEST_ARRAY):
        _check_shape(body)


def _check_shape(body: bytes) -> None:
    try:
        content = json.loads(body)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        return  # no JSON: whoever reads it says so, with the place
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        for value in level:
            if isinstance(value, list) and len(value) > LONGEST_ARRAY:
                raise Invalid(
                    f"An array has {len(value):,} items; at most {LONGEST_ARRAY:,}. Send them in several requests.",
                    limit=LONGEST_ARRAY,
                )
        level = [
            inner
            for value in level
            if isinstance(value, list | dict)
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, list | dict)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> Invalid:
    return Invalid(f"The body is nested more than {DEEPEST} levels deep. Flatten it.", limit=DEEPEST)

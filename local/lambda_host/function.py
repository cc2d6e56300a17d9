"""What the host knows of a function, and what Lambda promises about one."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

PAYLOAD_LIMIT = 6 * 1024 * 1024
RESPONSE_LIMIT = PAYLOAD_LIMIT + 100  # what the service itself answers in its error message: 6291556 bytes
INIT_SECONDS = 10.0
API_SECONDS = 29.0
REGION = "us-east-1"
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Function:
    """One deployed function; times in seconds, memory in MB."""

    logical_id: str
    name: str
    handler: str
    code: str
    """The folder that is the function's task root."""
    timeout: float = 3.0
    memory: int = 128
    environment: dict[str, str] = field(default_factory=dict)
    reserved_concurrency: int | None = None
    log_group: str = ""

    @property
    def arn(self) -> str:
        """The ARN that an unqualified invocation shows in its context."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"

    def to_json(self) -> dict[str, Any]:
        """Return the wire form of a function."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: its payload, and for a failure Lambda's word for whose it was."""

    payload: bytes
    error: str | None = None
    """None, or `Unhandled` as in the X-Amz-Function-Error header."""
    timed_out: bool = False


def failure(error_type: str, message: str, *, timed_out: bool = False) -> Outcome:
    """Return the outcome that the service itself, not the handler, words."""
    body = {"errorType": error_type, "errorMessage": message}
    return Outcome(json.dumps(body).encode(), "Unhandled", timed_out)


class ThrottledError(Exception):
    """No sandbox may be added: the function is at its reserved concurrency."""

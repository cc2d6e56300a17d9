"""One id from the client through logs, queues and workers to the socket, so that a report can be followed."""

import re
from typing import Any

HEADER = "x-request-id"
GIVEN = re.compile(r"[A-Za-z0-9._:-]{8,128}")  # what may stand in a log and a header as it is


def request_id(scope: Any) -> str:
    """The client's own id when it sent one that is fit to be logged, else API Gateway's; both are in our log line."""
    event = scope.get("aws.event", {})
    return request_id_of(event)


def request_id_of(event: dict[str, Any]) -> str:
    """The same, from API Gateway's event."""
    given = (event.get("headers") or {}).get(HEADER, "")
    return given if GIVEN.fullmatch(given) else gateway_id(event)


def gateway_id(event: dict[str, Any]) -> str:
    """API Gateway's id of the request, which its access log has too."""
    return str(event.get("requestContext", {}).get("requestId", ""))

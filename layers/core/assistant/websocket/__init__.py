"""Turns functions into Lambda handlers behind API Gateway's WebSocket API, and posts to its connections."""

from collections.abc import Callable
from typing import Any

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork, database
from assistant.platform.errors import AssistantError
from assistant.platform.observability import logger

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
SCHEMES = ("bearer", "ticket")


def credential(event: dict[str, Any]) -> tuple[str, str]:
    """("bearer", token) or ("ticket", ticket) of a handshake; ("", "") when it has neither.

    A browser cannot set a header on a socket, only subprotocols (`ticket, <ticket>`); other clients may use the query.
    """
    query: dict[str, str] = event.get("queryStringParameters") or {}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    offered = [part.strip() for part in headers.get("sec-websocket-protocol", "").split(",")]
    if ticket := query.get("ticket"):
        return "ticket", ticket
    if token := query.get("token"):
        return "bearer", token
    return (offered[0], offered[1]) if len(offered) > 1 and offered[0] in SCHEMES else ("", "")


def on_route(run: Callable[[UnitOfWork, dict[str, Any]], None]) -> Handler:
    """A handler of one route: the event in one transaction. An error closes nothing but is told by its status."""

    @logger.inject_lambda_context(correlation_id_path="requestContext.requestId", clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            with database().transaction() as work:
                run(work, event)
        except AssistantError as error:
            logger.warning("socket_refused", extra={"code": error.code, "detail": error.detail})
            return {"statusCode": error.status}
        return {"statusCode": 200, **subprotocol(event)}

    return handler


def subprotocol(event: dict[str, Any]) -> dict[str, Any]:
    """A browser that offered `ticket` with its ticket drops the connection unless `ticket` is chosen; so `bearer`."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    offered = headers.get("sec-websocket-protocol", "").split(",")[0].strip()
    return {"headers": {"Sec-WebSocket-Protocol": offered}} if offered in SCHEMES else {}


def connection_id(event: dict[str, Any]) -> str:
    identity: str = event["requestContext"]["connectionId"]
    return identity


def caller(event: dict[str, Any]) -> Caller:
    """The caller whom the authorizer of `$connect` verified."""
    return Caller.from_authorizer(event["requestContext"]["authorizer"])

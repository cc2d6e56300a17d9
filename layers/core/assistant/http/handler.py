"""The Lambda entry point of an HTTP endpoint."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from mangum import Mangum

from assistant.http.app import create_app
from assistant.http.rate_limit import RateLimited
from assistant.identity.rate_limits import BASIC, Limit
from assistant.platform.clock import monotonic
from assistant.platform.observability import logger

TEXT = ["text/", "application/json", "application/problem+json"]  # the rest leaves as base64
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def lambda_handler(router: APIRouter, limit: Limit | None = BASIC) -> Handler:
    """FastAPI with this one router, in Mangum, with a log line for every request. `limit`: how often one may ask."""
    app = create_app(router, openapi_url=None)
    if limit is not None:
        app.add_middleware(RateLimited, limit=limit)
    adapter = Mangum(app, lifespan="off", text_mime_types=TEXT)

    @logger.inject_lambda_context(correlation_id_path="requestContext.requestId", clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        started = monotonic()
        response: dict[str, Any] = adapter(event, context)
        logger.info(
            "request",
            extra={
                "route": event.get("routeKey"),
                "status": response["statusCode"],
                "duration_ms": round((monotonic() - started) * 1000, 1),
                "user_id": event["requestContext"].get("authorizer", {}).get("lambda", {}).get("user_id"),
            },
        )
        return response

    return handler

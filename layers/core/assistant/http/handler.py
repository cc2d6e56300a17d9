"""The Lambda entry point of an HTTP endpoint."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from mangum import Mangum

from assistant.http.app import create_app
from assistant.http.edge import Edge
from assistant.http.limits import LARGEST_BODY
from assistant.http.rate_limit import RateLimited
from assistant.http.request_ids import gateway_id, request_id_of
from assistant.identity.rate_limits import BASIC, Limit
from assistant.platform.cache import cache
from assistant.platform.clock import monotonic
from assistant.platform.db import database
from assistant.platform.observability import begin_request, count, logger
from assistant.platform.traffic import traffic

TEXT = ["text/", "application/json", "application/problem+json"]  # the rest leaves as base64
COUNTED = {"hits": "CacheHits", "misses": "CacheMisses", "stale": "CacheStale", "bypassed": "CacheBypassed"}
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def lambda_handler(router: APIRouter, limit: Limit | None = BASIC, largest_body: int = LARGEST_BODY) -> Handler:
    """FastAPI with this one router, in Mangum, with a log line for every request.

    `limit`: how often one may ask. `largest_body`: bytes of a request that is no form.
    """
    app = create_app(router, openapi_url=None)
    if limit is not None:
        app.add_middleware(RateLimited, limit=limit)
    app.add_middleware(Edge, largest_body=largest_body)
    adapter = Mangum(app, lifespan="off", text_mime_types=TEXT)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        begin_request(request_id_of(event))
        started = monotonic()
        source = database()
        statements, database_seconds = source.statements, source.seconds
        response: dict[str, Any] = adapter(event, context)
        seconds, status = monotonic() - started, response["statusCode"]
        statements, database_seconds = source.statements - statements, source.seconds - database_seconds
        cached = cache().taken()
        logger.info(
            "request",
            extra={
                "route": event.get("routeKey"),
                "status": status,
                "duration_ms": round(seconds * 1000, 1),
                "statements": statements,
                "database_ms": round(database_seconds * 1000, 1),
                "cache": cached,
                "gateway_request_id": gateway_id(event),
                "user_id": (event["requestContext"].get("authorizer", {}).get("lambda") or {}).get("user_id"),
            },
        )
        numbers = {COUNTED[what]: n for what, n in cached.items() if what in COUNTED}
        count(numbers | ({"ServerErrors": 1} if status >= 500 else {}))
        traffic().note(str(event.get("routeKey", "")), status, seconds, statements, database_seconds, cached)
        return response

    return handler

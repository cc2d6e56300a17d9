"""What the functions measured of their own requests, by route."""

from pydantic import BaseModel

from assistant.platform.traffic import traffic
from assistant.platform.valkey import ValkeyDown

MOST = 50


class RouteTimes(BaseModel):
    """Since the statistics began. Milliseconds inside the function; `statements` and `database_ms` per request."""

    route: str
    requests: int
    failed: int
    p50_ms: float | None
    p95_ms: float | None
    statements: float
    database_ms: float


def route_times() -> list[RouteTimes]:
    """The routes that cost the most time in all, first; empty while the cache, which sums them up, is down."""
    try:
        routes = traffic().routes()
    except ValkeyDown:
        return []
    found = [
        RouteTimes(
            route=route,
            requests=served.requests,
            failed=served.failed,
            p50_ms=served.quantile(0.5),
            p95_ms=served.quantile(0.95),
            statements=round(served.statements / served.requests, 2),
            database_ms=round(served.database_us / served.requests / 1000, 3),
        )
        for route, served in sorted(routes.items(), key=lambda one: -one[1].milliseconds)
        if served.requests
    ]
    return found[:MOST]

"""Rate limits at the edge: 429 with Retry-After, and on every answer where the caller stands.

Fields as in draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy: "search";q=20;w=60` and
`RateLimit: "search";r=19;t=60`.
"""

from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.http.problems import render_assistant_error
from assistant.identity.rate_limits import Limit, Standing, take
from assistant.platform.errors import AssistantError, TooManyRequests, Unavailable


class RateLimited:
    """Asks before anything else runs, so that what is refused costs nothing but the question."""

    def __init__(self, app: ASGIApp, limit: Limit) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_standing(message: Message) -> None:
            if message["type"] == "http.response.start" and (standing := scope.get("standing")):
                message["headers"] = [*message["headers"], *fields(standing)]
            await send(message)

        try:
            require_place(scope, self.limit, subject_of(scope, self.limit))
        except AssistantError as error:
            response = await render_assistant_error(Request(scope), error)
            await response(scope, receive, with_standing)
        else:
            await self.app(scope, receive, with_standing)


def require_place(scope: Scope, limit: Limit, subject: str) -> None:
    """Take a place for the subject or raise TooManyRequests; the answer tells of the tighter of several limits.

    With Valkey down the request passes, unless the limit is closed: then Unavailable.
    """
    standing = take(limit, subject)
    if standing is None:
        if limit.closed:
            raise Unavailable("This rests for a moment. Try again in a few seconds.", retry_after=10)
        return
    shown: Standing | None = scope.get("standing")
    if shown is None or standing.remaining <= shown.remaining:
        scope["standing"] = standing
    if not standing.allowed:
        raise TooManyRequests(
            f"At most {standing.quota} requests in {limit.window} seconds. Wait {standing.reset} seconds.",
            retry_after=standing.reset,
            limit=limit.name,
            quota=standing.quota,
            window=limit.window,
        )


def subject_of(scope: Scope, limit: Limit) -> str:
    """Who is counted: the verified user, else the address that the gateway saw; at one endpoint or at all."""
    event = scope.get("aws.event", {})
    context: dict[str, Any] = event.get("requestContext", {})
    user = (context.get("authorizer", {}).get("lambda") or {}).get("user_id")
    who = f"user:{user}" if user else f"address:{context.get('http', {}).get('sourceIp', '')}"
    return f"{who} {event.get('routeKey', '')}" if limit.per_endpoint else who


def fields(standing: Standing) -> list[tuple[bytes, bytes]]:
    """The header fields of a standing."""
    name, window = standing.limit.name, standing.limit.window
    return [
        (b"ratelimit-policy", f'"{name}";q={standing.quota};w={window}'.encode()),
        (b"ratelimit", f'"{name}";r={standing.remaining};t={standing.reset}'.encode()),
    ]

"""GET /api/v1/health: whether the parts that everything stands on answer, for whoever watches from outside."""

from fastapi import APIRouter, Response

from assistant.http import lambda_handler
from assistant.http.health import SystemHealth
from assistant.monitoring.health import Component, check
from assistant.platform.clock import monotonic
from assistant.platform.db import database

router = APIRouter(tags=["system"])

KEPT_SECONDS = 5.0  # anyone may ask as often as they like, and the parts are asked only so often
_last: list[tuple[float, list[Component]]] = []


@router.get("/api/v1/health", responses={503: {"model": SystemHealth}})
async def get_component_health(response: Response) -> SystemHealth:
    if not _last or monotonic() - _last[0][0] > KEPT_SECONDS:
        _last[:] = [(monotonic(), check(database()))]
    health = SystemHealth.of(_last[0][1], details=False)
    if health.status == "critical":
        response.status_code = 503
    return health


handler = lambda_handler(router, limit=None)  # a probe asks as often as it likes

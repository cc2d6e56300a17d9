"""GET /api/v1/performance/system/health: whether each part answers now, by a probe of the real one."""

from fastapi import APIRouter, Response

from assistant.http import Caller, lambda_handler
from assistant.http.health import SystemHealth
from assistant.monitoring.health import check
from assistant.platform.db import database

router = APIRouter(tags=["performance"])


@router.get("/api/v1/performance/system/health", responses={503: {"model": SystemHealth}})
async def get_system_health(caller: Caller, response: Response) -> SystemHealth:
    health = SystemHealth.of(check(database(), caller.organization_id), details=True)
    if health.status == "critical":
        response.status_code = 503
    return health


handler = lambda_handler(router)

"""GET /api/v1/llm/health: whether each provider answers now, by a question that costs nothing."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, lambda_handler
from assistant.llm.gateway import fleet
from assistant.llm.health import health, overall

router = APIRouter(tags=["llm"])


class ProviderState(BaseModel):
    """`circuit`: what the breaker that all sandboxes share says; unknown while the cache is down."""

    provider: str
    model: str
    status: Literal["healthy", "degraded", "down"]
    circuit: Literal["closed", "open", "half_open", "unknown"]
    latency_ms: float
    error: str | None
    checked_at: str


class LlmHealth(BaseModel):
    """At most 30 seconds old."""

    status: Literal["healthy", "degraded", "critical"]
    providers: list[ProviderState]


@router.get("/api/v1/llm/health")
async def get_llm_health(caller: Caller) -> LlmHealth:
    found = health(fleet(), caller.organization_id)
    return LlmHealth.model_validate(
        {
            "status": overall(found),
            "providers": [
                {
                    "provider": one.provider_id,
                    "model": one.model,
                    "status": one.status,
                    "circuit": one.circuit,
                    "latency_ms": one.latency_ms,
                    "error": one.error,
                    "checked_at": one.checked_at,
                }
                for one in found
            ],
        }
    )


handler = lambda_handler(router)

"""GET /api/v1/ai-enhancement/status: the components that answer now, each asked with a time-out."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.generation.components import overall, probe_components
from assistant.http import Caller, Db, lambda_handler
from assistant.llm.gateway import fleet

router = APIRouter(tags=["ai-enhancement"])


class ComponentState(BaseModel):
    """`status`: off where the deployment has none. `checked`: now, or up to 30 s ago for a model."""

    component: str
    status: Literal["healthy", "degraded", "down", "off"]
    latency_ms: float
    detail: str


class EnhancementStatus(BaseModel):
    """critical: no document can be written now; degraded: something is slower or rests."""

    status: Literal["healthy", "degraded", "critical"]
    components: list[ComponentState]


@router.get("/api/v1/ai-enhancement/status")
async def get_enhancement_status(caller: Caller, db: Db) -> EnhancementStatus:
    found = probe_components(db, caller.organization_id, fleet())
    components = [ComponentState.model_validate(one, from_attributes=True) for one in found]
    return EnhancementStatus.model_validate({"status": overall(found), "components": components})


handler = lambda_handler(router)

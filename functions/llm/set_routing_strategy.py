"""POST /api/v1/llm/routing-strategy: how calls are spread over the providers, in all sandboxes within seconds."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.llm import settings
from assistant.llm.routing import DESCRIPTIONS, Strategy

router = APIRouter(tags=["llm"])


class StrategyChange(BaseModel):
    strategy: Strategy
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = Field(
        default="", description="For the audit trail"
    )


class ChangedStrategy(BaseModel):
    """`within_seconds`: how long a sandbox may go on with the old one."""

    old_strategy: Strategy
    strategy: Strategy
    description: str
    updated_by: str
    within_seconds: float


@router.post("/api/v1/llm/routing-strategy")
async def set_routing_strategy(body: StrategyChange, caller: AdminCaller, db: Db) -> ChangedStrategy:
    old = settings.set_routing_strategy(db, caller.organization_id, caller.user_id, body.strategy, body.reason)
    return ChangedStrategy(
        old_strategy=old,
        strategy=body.strategy,
        description=DESCRIPTIONS[body.strategy],
        updated_by=caller.user_id,
        within_seconds=settings.CACHE_SECONDS,
    )


handler = lambda_handler(router)

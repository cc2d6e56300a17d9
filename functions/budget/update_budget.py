"""POST /api/v1/budget/update: an administrator changes a limit; stored with who did it and why."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from assistant.budget.limits import Level, Mode, change_budget
from assistant.budget.money import dollars, microdollars
from assistant.http import AdminCaller, Db, lambda_handler
from assistant.platform.errors import Invalid

router = APIRouter(tags=["budget"])


class BudgetChange(BaseModel):
    """Whose limit: `user_id`; or with `level` team the `team_id`; with `level` organization your organisation's own."""

    user_id: UUID | None = None
    team_id: UUID | None = None
    level: Level = "user"
    new_budget_limit: Decimal = Field(ge=Decimal("0.000001"), le=1_000_000_000, description="US dollars a period")
    mode: Mode | None = Field(default=None, description="hard refuses, soft records a debt, warn only raises alerts")
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class ChangedBudget(BaseModel):
    """Limits in US dollars."""

    level: str
    owner_id: str
    old_budget_limit: float
    new_budget_limit: float
    old_mode: str
    new_mode: str
    reason: str
    updated_by: str


@router.post("/api/v1/budget/update")
async def update_budget(body: BudgetChange, caller: AdminCaller, db: Db) -> ChangedBudget:
    owners = {"user": body.user_id, "team": body.team_id, "organization": UUID(caller.organization_id)}
    owner = owners[body.level]
    if owner is None:
        raise Invalid(
            f"/{body.level}_id: say whose budget.",
            errors=[{"pointer": f"/{body.level}_id", "detail": "say whose budget"}],
        )
    limit = microdollars(body.new_budget_limit)
    change = change_budget(
        db, caller.organization_id, body.level, str(owner), limit, caller.user_id, body.reason, body.mode
    )
    return ChangedBudget(
        level=body.level,
        owner_id=str(owner),
        old_budget_limit=dollars(change.old_limit),
        new_budget_limit=dollars(change.new_limit),
        old_mode=change.old_mode,
        new_mode=change.new_mode,
        reason=body.reason,
        updated_by=caller.user_id,
    )


handler = lambda_handler(router)

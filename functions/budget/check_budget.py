"""GET /api/v1/budget/check/{estimated_cost}: whether this may be spent now, and what is left."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from assistant.budget.money import dollars, microdollars_needed
from assistant.budget.room import check_room, levels_of
from assistant.http import Caller, Db, lambda_handler
from assistant.http.budget import LevelRoom

router = APIRouter(tags=["budget"])

Dollars = Annotated[Decimal, Path(ge=0, le=1_000_000_000, description="US dollars", examples=["0.05"])]


class BudgetCheck(BaseModel):
    """An answer for now: only a hold reserves money. Amounts in US dollars."""

    can_proceed: bool
    reason: str
    estimated_cost: float
    levels: list[LevelRoom]


@router.get("/api/v1/budget/check/{estimated_cost}")
async def check_budget(estimated_cost: Dollars, caller: Caller, db: Db) -> BudgetCheck:
    amount = microdollars_needed(estimated_cost)
    answer = check_room(levels_of(db, caller.organization_id, caller.user_id), amount)
    return BudgetCheck(
        can_proceed=answer.can_proceed,
        reason=answer.reason,
        estimated_cost=dollars(amount),
        levels=[LevelRoom.of(level) for level in answer.levels],
    )


handler = lambda_handler(router)

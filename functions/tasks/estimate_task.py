"""POST /api/v1/async-tasks/estimate: what a task would cost and whether it fits, without submitting it."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.budget.money import dollars
from assistant.http import Db, GenerateCaller, lambda_handler
from assistant.http.budget import LevelRoom
from assistant.llm.gateway import configured
from assistant.llm.prices import listed_models
from assistant.task_catalogue import ESTIMATED_TYPES
from assistant.tasks.estimate import estimate
from assistant.tasks.types import prepare

router = APIRouter(tags=["async-tasks"])

MOST_ALTERNATIVES = 5


class TaskQuestion(BaseModel):
    task_func: str = Field(max_length=100, description="The type, such as llm_generate_rfc")
    task_args: dict[str, Any] = Field(default={}, description="Arguments of the type")


class CheaperModel(BaseModel):
    model: str
    worst_case: float
    fits: bool


class TaskEstimate(BaseModel):
    """US dollars. `worst_case` would be held and never exceeded; `typical` and `low` come from the organisation's last
    such tasks, none before three have finished. `cheaper_models`: of the same provider, those that fit first."""

    can_proceed: bool
    reason: str
    worst_case: float
    typical: float | None
    low: float | None
    typical_seconds: float | None
    model: str
    levels: list[LevelRoom]
    cheaper_models: list[CheaperModel]


@router.post("/api/v1/async-tasks/estimate")
async def estimate_task(body: TaskQuestion, caller: GenerateCaller, db: Db) -> TaskEstimate:
    prepared = prepare(db, ESTIMATED_TYPES, body.task_func, body.task_args, caller.organization_id)
    provider, model = configured()
    task_type = ESTIMATED_TYPES[body.task_func]
    at = task_type.worst_case_at
    request = task_type.arguments.model_validate(prepared.args)
    found = estimate(
        db,
        caller.organization_id,
        caller.user_id,
        body.task_func,
        prepared.worst_case,
        listed_models(provider) if at else (),
        at(db, request, caller.organization_id) if at else None,
    )
    return TaskEstimate(
        can_proceed=found.answer.can_proceed,
        reason=found.answer.reason,
        worst_case=dollars(found.worst_case),
        typical=None if found.typical is None else dollars(found.typical),
        low=None if found.low is None else dollars(found.low),
        typical_seconds=prepared.typical_seconds,
        model=model,
        levels=[LevelRoom.of(level) for level in found.answer.levels],
        cheaper_models=[
            CheaperModel(model=other.model, worst_case=dollars(other.worst_case), fits=other.fits)
            for other in found.cheaper[:MOST_ALTERNATIVES]
        ],
    )


handler = lambda_handler(router)

"""GET /api/v1/performance/metrics/summary: what was measured lately, and a mark with its reasons."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.http.cached import cached
from assistant.monitoring.measured import measure
from assistant.monitoring.score import judge

router = APIRouter(tags=["performance"])


class LostPoints(BaseModel):
    """An aspect's part of the score. `points` of `of` were lost; `value` none: not measured, so not in play."""

    aspect: str
    value: float | None
    target: float
    unit: str
    of: int
    points: float
    why: str


class MetricsSummary(BaseModel):
    """`metrics`: of the last `minutes`, over all sandboxes; none is "not measured". At most two minutes old.

    `score`: 0 to 100 of the points in play; `grade`: A from 90, B from 80, C from 70, D from 60, else F.
    """

    minutes: int
    score: float | None
    grade: str | None
    points: list[LostPoints]
    metrics: dict[str, Any]


@router.get("/api/v1/performance/metrics/summary")
async def get_metrics_summary(
    caller: Caller, db: Db, response: Response, minutes: Annotated[int, Query(ge=1, le=59)] = 15
) -> MetricsSummary:
    def load() -> MetricsSummary:
        measured = measure(db, minutes)
        score = judge(measured)
        values = {name: getattr(measured, name) for name in measured.__slots__}
        return MetricsSummary(
            minutes=minutes,
            score=score.score,
            grade=score.grade,
            points=[
                LostPoints(
                    aspect=mark.aspect.name,
                    value=mark.value,
                    target=mark.aspect.good,
                    unit=mark.aspect.unit,
                    of=mark.aspect.weight,
                    points=mark.lost,
                    why=mark.why,
                )
                for mark in score.marks
            ],
            metrics={name: value for name, value in values.items() if name not in ("minutes", "dead_letters")},
        )

    return cached(response, caller, "system_stats", f"summary {minutes}", [], load, MetricsSummary)


handler = lambda_handler(router)

"""A mark for what was measured: what each point was lost for, and what could not be judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.monitoring.measured import Measured


@dataclass(frozen=True, slots=True)
class Aspect:
    """`weight` points, all kept up to `good` and all lost from `bad` on, in proportion between (`bad` may be below)."""

    name: str
    weight: int
    good: float
    bad: float
    unit: str


ASPECTS = (
    Aspect("latency_p95_ms", 30, 100, 1000, "ms"),
    Aspect("error_rate_percent", 25, 0.1, 5, "%"),
    Aspect("cache_hit_rate_percent", 15, 80, 20, "%"),
    Aspect("statement_ms", 10, 5, 50, "ms"),
    Aspect("oldest_task_seconds", 10, 60, 900, "s"),
    Aspect("connections_percent", 5, 70, 95, "%"),
    Aspect("unsent_notification_seconds", 5, 10, 120, "s"),
)
GRADES = ((90, "A"), (80, "B"), (70, "C"), (60, "D"))


@dataclass(frozen=True, slots=True)
class Mark:
    """An aspect's part of the score. `value` None: it was not measured, so its points are not in play."""

    aspect: Aspect
    value: float | None
    lost: float

    @property
    def why(self) -> str:
        unit, good = self.aspect.unit, self.aspect.good
        if self.value is None:
            return "Not measured in this time: too few requests, or the cache is down. It does not count."
        direction = "at least" if self.aspect.bad < good else "at most"
        if not self.lost:
            return f"{self.value:g} {unit} is within the target: {direction} {good:g} {unit}."
        return f"{self.value:g} {unit}, and the target is {direction} {good:g} {unit}."


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 100 of the points in play; None when nothing was measured."""

    score: float | None
    grade: str | None
    marks: tuple[Mark, ...]


def judge(measured: Measured, aspects: Sequence[Aspect] = ASPECTS) -> Score:
    marks = tuple(_mark(aspect, getattr(measured, aspect.name)) for aspect in aspects)
    in_play = sum(mark.aspect.weight for mark in marks if mark.value is not None)
    if not in_play:
        return Score(None, None, marks)
    score = round(100 * (in_play - sum(mark.lost for mark in marks)) / in_play, 1)
    return Score(score, next((grade for least, grade in GRADES if score >= least), "F"), marks)


def _mark(aspect: Aspect, value: float | None) -> Mark:
    if value is None:
        return Mark(aspect, None, 0.0)
    share = (value - aspect.good) / (aspect.bad - aspect.good)
    return Mark(aspect, value, round(aspect.weight * min(max(share, 0.0), 1.0), 2))

"""What a task will cost, before it is submitted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.budget.room import Answer, check_room, levels_of
from assistant.llm.prices import Price
from assistant.platform.db import UnitOfWork

ENOUGH = 3  # finished tasks, before anything is said to be typical


@dataclass(frozen=True, slots=True)
class Cheaper:
    """A model of the same provider whose worst case is lower; `fits` at every level now."""

    model: str
    worst_case: int
    fits: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """Micro-dollars. `worst_case` is what would be held; `typical` is None until enough such tasks have finished."""

    worst_case: int
    typical: int | None
    low: int | None
    answer: Answer
    cheaper: list[Cheaper]


def estimate(
    work: UnitOfWork,
    organization_id: str,
    user_id: str,
    task_type: str,
    worst_case: int,
    others: Iterable[Price] = (),
    worst_case_at: Callable[[Price], int] | None = None,
) -> Estimate:
    """The range that such tasks of the organisation ended in, scaled to this one, and whether its hold would fit."""
    levels = levels_of(work, organization_id, user_id)
    row = work.one(
        """SELECT count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY share) AS typical, min(share) AS low
           FROM (SELECT CAST(cost AS float8) / held AS share FROM tasks
                 WHERE organization_id = CAST(:organization AS uuid) AND task_type = :type AND status = 'completed'
                   AND held > 0 AND cost > 0
                 ORDER BY finished_at DESC LIMIT 20) AS recent""",
        organization=organization_id,
        type=task_type,
    )
    known = row is not None and row["n"] >= ENOUGH
    cheaper = []
    if worst_case_at is not None:
        for price in others:
            most = worst_case_at(price)
            if most < worst_case:
                cheaper.append(Cheaper(price.model, most, check_room(levels, most).can_proceed))
    cheaper.sort(key=lambda other: (not other.fits, -other.worst_case))  # the dearest that fits: likely the best
    return Estimate(
        worst_case=worst_case,
        typical=round(worst_case * row["typical"]) if row and known else None,
        low=round(worst_case * row["low"]) if row and known else None,
        answer=check_room(levels, worst_case),
        cheaper=cheaper,
    )

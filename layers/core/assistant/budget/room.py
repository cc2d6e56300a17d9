"""Whether something would fit, before it is asked for: the answer binds nobody, only a hold does."""

from dataclasses import dataclass
from datetime import datetime

from assistant.budget.money import dollars
from assistant.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Level:
    """One budget above a user now. Micro-dollars; `free` below zero is debt or a limit lowered beneath the usage."""

    level: str
    mode: str
    period: str
    granted: int
    spent: int
    held: int
    resets_at: datetime

    @property
    def free(self) -> int:
        return self.granted - self.spent - self.held


@dataclass(frozen=True, slots=True)
class Answer:
    can_proceed: bool
    reason: str
    levels: list[Level]


def levels_of(work: UnitOfWork, organization_id: str, user_id: str) -> list[Level]:
    """The budgets above a user: the organisation's, the team's, the user's own, as far as they exist."""
    rows = work.run(
        """SELECT p.level, p.mode, p.period, p.granted, p.spent, p.held, p.period_end AS resets_at
           FROM users u
           JOIN current_periods(CAST(:organization AS uuid), now()) AS p
               ON p.owner_id IN (u.organization_id, u.team_id, u.user_id)
           WHERE u.organization_id = CAST(:organization AS uuid) AND u.user_id = CAST(:user AS uuid)
           ORDER BY p.level""",
        organization=organization_id,
        user=user_id,
    )
    return [Level(**row) for row in rows]


def check_room(levels: list[Level], amount: int) -> Answer:
    """Whether a hold of `amount` micro-dollars would be let through now, and why or why not."""
    if not any(level.level == "user" for level in levels):
        return Answer(False, "You have no budget. Ask an administrator for one.", levels)
    tight = [level for level in levels if level.free < amount]
    for level in tight:
        if level.mode == "hard":
            return Answer(
                False,
                f"The budget of the {level.level} has ${dollars(max(level.free, 0)):.6f} left until "
                f"{level.resets_at.isoformat()}, and this needs ${dollars(amount):.6f}.",
                levels,
            )
    if tight:
        over = " and ".join(f"the {level.level} ({level.mode})" for level in tight)
        return Answer(True, f"It goes beyond the budget of {over}, which lets it through and records it.", levels)
    return Answer(True, "It fits at every level.", levels)

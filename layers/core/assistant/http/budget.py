"""What the budget endpoints share in their answers."""

from datetime import datetime

from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.budget.room import Level


class LevelRoom(BaseModel):
    """One budget above the caller, in US dollars. `remaining` below zero is debt, or a limit lowered since."""

    level: str
    mode: str
    period: str
    limit: float
    spent: float
    held: float
    remaining: float
    resets_at: datetime

    @classmethod
    def of(cls, level: Level) -> "LevelRoom":
        return cls(
            level=level.level,
            mode=level.mode,
            period=level.period,
            limit=dollars(level.granted),
            spent=dollars(level.spent),
            held=dollars(level.held),
            remaining=dollars(level.free),
            resets_at=level.resets_at,
        )

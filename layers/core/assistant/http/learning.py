"""What the learning endpoints share in their answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from assistant.search.ranking import Weights


class TrainingLine(BaseModel):
    at: datetime
    message: str


class TrainingStatus(BaseModel):
    """`evaluation`: before and after on held-out feedback, once it has ended. `version`: made by it; null: not kept."""

    training_id: UUID
    training_type: str
    status: str
    stage: str
    progress: int
    log: list[TrainingLine]
    evaluation: dict[str, Any] | None
    version: int | None
    error: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


class RankingWeights(BaseModel):
    """As in the search: of the two rankings, and what title and freshness add."""

    lexical: float
    semantic: float
    title: float
    freshness: float
    half_life_days: float

    @classmethod
    def of(cls, weights: Weights) -> "RankingWeights":
        return cls.model_validate(weights, from_attributes=True)

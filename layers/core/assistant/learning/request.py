"""What a training is asked to do, and what it can cost: the vectors of the queries, nothing else."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.learning.judgements import MOST_QUERIES, Selection
from assistant.platform.db import UnitOfWork
from assistant.search.embeddings import configured
from assistant.search.embeddings.metered import price
from assistant.tasks.types import TaskType

TYPE = "train_ranking"
QUERY_TOKENS = 4 * 1000 + 600  # of one call at most: a query has 1000 characters
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
TrainingType = Literal["full", "incremental", "multilingual"]


class TrainingRequest(BaseModel):
    """full starts from the defaults, incremental from what is in use and with feedback since then; multilingual is full
    and keeps nothing that makes a language worse. With `reasons`, only dislikes for those count."""

    model_config = ConfigDict(extra="forbid")

    training_type: TrainingType = "full"
    context: Literal["search", "rfc"] | None = Field(
        default=None, description="search: only the ranking; rfc: only the examples; both when left out"
    )
    min_feedback_count: int = Field(default=10, ge=1, le=10_000)
    date_from: date | None = None
    date_to: date | None = None
    reasons: list[Reason] = Field(default=[], max_length=20)

    @property
    def selection(self) -> Selection:
        return Selection(self.date_from, self.date_to, tuple(self.reasons))


def worst_case(work: UnitOfWork, request: TrainingRequest, organization_id: str | None) -> int:
    """Micro-dollars for embedding every query once; 0 where the search goes by words alone."""
    model = configured.model()
    if model is None or request.context == "rfc" or organization_id is None:
        return 0
    row = work.one(
        """SELECT count(DISTINCT query) AS queries FROM feedback
           WHERE organization_id = CAST(:organization AS uuid) AND context = 'search' AND query <> ''
             AND removed_at IS NULL""",
        organization=organization_id,
    )
    queries = min(row["queries"] if row else 0, MOST_QUERIES)
    return queries * price(work, model, organization_id).worst_case(QUERY_TOKENS, 0)


# Not a type that POST /async-tasks/submit takes: this is the administrator's.
TASK_TYPES = {TYPE: TaskType(TrainingRequest, worst_case)}

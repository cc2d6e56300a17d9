"""GET /api/v1/async-tasks/queue/stats: how many tasks wait, for how long, and when the queue will be empty."""

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.http import Caller, Db, lambda_handler
from assistant.tasks import statistics

router = APIRouter(tags=["async-tasks"])


class QueueNumbers(BaseModel):
    """Seconds. The rate is of the last five minutes; none ended: nobody can tell when the queue will be empty."""

    depth: int
    scheduled: int
    oldest_age: float
    running: int
    rate_per_minute: float
    seconds_to_drain: float | None

    @classmethod
    def of(cls, stats: statistics.QueueStats) -> "QueueNumbers":
        return cls(
            depth=stats.depth,
            scheduled=stats.scheduled,
            oldest_age=stats.oldest_age,
            running=stats.running,
            rate_per_minute=stats.rate_per_minute,
            seconds_to_drain=stats.seconds_to_drain,
        )


class QueueStats(QueueNumbers):
    """Of the caller's organisation. The last three are for its administrators."""

    by_type: dict[str, QueueNumbers] | None = None
    by_priority: dict[str, QueueNumbers] | None = None
    dead_letters: int | None = None


@router.get("/api/v1/async-tasks/queue/stats")
async def get_queue_stats(caller: Caller, db: Db) -> QueueStats:
    found = QueueStats.of(statistics.queue_stats(db, caller.organization_id))
    answer = QueueStats(**found.model_dump())
    if caller.is_admin:
        details = statistics.queue_details(db, caller.organization_id)
        answer.by_type = {name: QueueNumbers.of(stats) for name, stats in details.by_type.items()}
        answer.by_priority = {name: QueueNumbers.of(stats) for name, stats in details.by_priority.items()}
        answer.dead_letters = details.dead_letters
    return answer


handler = lambda_handler(router)

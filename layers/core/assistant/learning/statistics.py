"""What there is to learn from, and what was learned last."""

from dataclasses import dataclass
from datetime import datetime

from assistant.learning.fit import FEWEST
from assistant.learning.versions import active
from assistant.platform.clock import monotonic
from assistant.platform.db import UnitOfWork
from assistant.search.embeddings import configured
from assistant.search.ranking import DEFAULTS, weights_of

READY = 2 * FEWEST  # queries: a half of them is held out


@dataclass(frozen=True)
class LearningStatistics:
    """`distribution`: ratings by stars. `ready`: enough judged queries that a training can come to a verdict."""

    examples: int
    judged_queries: int
    rated_rfcs: int
    average_quality: float | None
    distribution: dict[str, int]
    ready: bool
    active_version: int
    last_retraining: datetime | None
    last_kept: bool | None


def learning_statistics(work: UnitOfWork, organization_id: str) -> LearningStatistics:
    """Zeros when there is nothing yet."""
    [row] = work.run(
        """SELECT count(*) FILTER (WHERE context IN ('search', 'rfc') AND feedback_type <> 'report') AS examples,
                  count(DISTINCT query) FILTER (WHERE context = 'search' AND query <> ''
                      AND feedback_type <> 'report') AS judged_queries,
                  count(DISTINCT target_id) FILTER (WHERE context = 'rfc' AND feedback_type <> 'report') AS rated_rfcs,
                  avg(rating) AS average,
                  count(*) FILTER (WHERE rating = 1) AS one, count(*) FILTER (WHERE rating = 2) AS two,
                  count(*) FILTER (WHERE rating = 3) AS three, count(*) FILTER (WHERE rating = 4) AS four,
                  count(*) FILTER (WHERE rating = 5) AS five
           FROM feedback WHERE organization_id = CAST(:organization AS uuid) AND removed_at IS NULL""",
        organization=organization_id,
    )
    last = work.one(
        """SELECT finished_at, version FROM ranking_trainings
           WHERE organization_id = CAST(:organization AS uuid) ORDER BY finished_at DESC LIMIT 1""",
        organization=organization_id,
    )
    return LearningStatistics(
        examples=row["examples"],
        judged_queries=row["judged_queries"],
        rated_rfcs=row["rated_rfcs"],
        average_quality=None if row["average"] is None else round(float(row["average"]), 2),
        distribution={str(n): row[name] for n, name in enumerate(("one", "two", "three", "four", "five"), 1)},
        ready=row["judged_queries"] >= READY,
        active_version=active(work, organization_id).version,
        last_retraining=last["finished_at"] if last else None,
        last_kept=last["version"] is not None if last else None,
    )


@dataclass(frozen=True)
class LearningHealth:
    """`weights_in_use`: what the search reads is what the active version says. Times in milliseconds, measured now."""

    status: str
    database_ms: float
    vectors_configured: bool
    weights_in_use: bool
    running_trainings: int
    dead_trainings_last_day: int
    problems: list[str]


def learning_health(work: UnitOfWork, organization_id: str) -> LearningHealth:
    """healthy, or degraded with what is wrong."""
    started = monotonic()
    [row] = work.run(
        """SELECT count(*) FILTER (WHERE status IN ('queued', 'running')) AS running,
                  count(*) FILTER (WHERE status IN ('dead', 'failed')
                      AND finished_at > now() - interval '1 day') AS dead
           FROM tasks WHERE organization_id = CAST(:organization AS uuid) AND task_type = 'train_ranking'""",
        organization=organization_id,
    )
    milliseconds = round((monotonic() - started) * 1000, 2)
    said, used = active(work, organization_id), weights_of(work, organization_id)
    same = all(
        abs(getattr(said.weights, name) - getattr(used, name)) < 1e-4 * max(1.0, abs(getattr(used, name)))
        for name in DEFAULTS.__dataclass_fields__
    )
    with_vectors = configured.model() is not None
    problems = [
        words
        for wrong, words in (
            (
                not with_vectors,
                "No embedding model is configured: searches go by words alone, no weight is learned.",
            ),
            (not same, "The search does not use the weights of the active version."),
            (row["dead"] > 0, f"{row['dead']} trainings failed during the last day."),
        )
        if wrong
    ]
    return LearningHealth(
        "degraded" if problems else "healthy", milliseconds, with_vectors, same, row["running"], row["dead"], problems
    )

"""A set of queries run against the search as it is: how fast, how often something is found, what could be better."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from assistant.identity.caller import Caller
from assistant.platform.clock import monotonic
from assistant.platform.db import UnitOfWork
from assistant.search.models import SearchQuery
from assistant.search.search import search

SECONDS = 20.0  # the gateway waits 30
SLOW_MS = 200.0  # what a search may take at p95
DEFAULT_QUERIES = 20


class SearchRecommendation(BaseModel):
    """`because` is the measurement it is drawn from."""

    model_config = ConfigDict(frozen=True)

    action: str
    because: str


class Measured(BaseModel):
    """Times in milliseconds of searches one after the other, without the gateway; the first of each query apart, since
    it may embed the query and reads cold pages. `complete`: the time sufficed for all."""

    model_config = ConfigDict(frozen=True)

    searches: int
    complete: bool
    p50_ms: float
    p95_ms: float
    p99_ms: float
    first_p50_ms: float
    queries_per_second: float
    hit_rate: float
    average_results: float
    without_results: list[str]
    degraded: int
    recommendations: list[SearchRecommendation]


def own_queries(work: UnitOfWork, organization_id: str) -> list[str]:
    """What the organisation's people searched for and judged last, else titles of its documents."""
    rows = work.run(
        """SELECT query AS text FROM feedback
           WHERE organization_id = CAST(:organization AS uuid) AND query <> '' AND removed_at IS NULL
           GROUP BY query ORDER BY max(created_at) DESC LIMIT :most""",
        organization=organization_id,
        most=DEFAULT_QUERIES,
    ) or work.run(
        """SELECT left(title, 200) AS text FROM documents
           WHERE organization_id = CAST(:organization AS uuid) AND title <> ''
           GROUP BY left(title, 200) ORDER BY max(updated_at) DESC LIMIT :most""",
        organization=organization_id,
        most=DEFAULT_QUERIES,
    )
    return [row["text"] for row in rows]


def measure(work: UnitOfWork, caller: Caller, queries: Sequence[str], repetitions: int, limit: int) -> Measured:
    """Run every query `1 + repetitions` times; stops in time, and says so."""
    began = monotonic()
    first: list[float] = []
    times: list[float] = []
    found: dict[str, int] = {}
    degraded = 0
    complete = True
    for turn in range(1 + repetitions):
        for text in queries:
            if monotonic() - began > SECONDS:
                complete = False
                break
            started = monotonic()
            answer = search(work, caller, SearchQuery(query=text, limit=limit))
            (times if turn else first).append((monotonic() - started) * 1000)
            found[text] = len(answer.results)
            degraded += answer.degraded is not None
    seconds = monotonic() - began
    every = sorted(times or first)
    count = len(first) + len(times)
    without = [text for text, number in found.items() if not number]
    hit_rate = round(1 - len(without) / len(found), 4) if found else 0.0
    p95 = percentile(every, 95)
    return Measured(
        searches=count, complete=complete, p50_ms=percentile(every, 50), p95_ms=p95, p99_ms=percentile(every, 99),
        first_p50_ms=percentile(sorted(first), 50),
        queries_per_second=round(count / seconds, 1) if seconds else 0.0, hit_rate=hit_rate,
        average_results=round(sum(found.values()) / len(found), 2) if found else 0.0, without_results=without,
        degraded=degraded,
        recommendations=_recommendations(
            p95, without, len(found), degraded, count, complete, percentile(sorted(first), 50)
        ),
    )  # fmt: skip


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The nearest rank, as a value that was measured; 0 without any."""
    if not ordered:
        return 0.0
    return round(ordered[max(0, -(-percent * len(ordered) // 100) - 1)], 2)


def _recommendations(
    p95: float, without: list[str], queries: int, degraded: int, searches: int, complete: bool, first: float
) -> list[SearchRecommendation]:
    said = []
    if p95 > SLOW_MS:
        said.append(
            SearchRecommendation(
                action="POST /api/v1/performance/database/optimize, then measure again",
                because=f"p95 is {p95:.0f} ms, above {SLOW_MS:.0f}",
            )
        )
    if without:
        said.append(
            SearchRecommendation(
                action="Add documents on these subjects, or check that their sources are enabled and synced",
                because=f"{len(without)} of {queries} queries found nothing",
            )
        )
    if degraded:
        said.append(
            SearchRecommendation(
                action="Check the embedding model and the budget that pays for it: these went by words alone",
                because=f"{degraded} of {searches} searches were degraded",
            )
        )
    if first > 3 * SLOW_MS:
        said.append(
            SearchRecommendation(
                action="Most of a first search is the embedding of its query: a nearer or smaller model would help",
                because=f"a first search takes {first:.0f} ms",
            )
        )
    if not complete:
        said.append(
            SearchRecommendation(
                action="Measure fewer queries at once", because=f"the {SECONDS:.0f} seconds did not suffice for all"
            )
        )
    return said  # fmt: skip

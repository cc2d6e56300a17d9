"""What feedback says of search results: for each query, which documents people liked and which they did not."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assistant.learning.evaluate import Candidate, JudgedQuery
from assistant.platform.db import Database, UnitOfWork
from assistant.search.embeddings.queries import query_vector
from assistant.search.ranking import weights_of
from assistant.search.search import ranked

MOST_QUERIES = 300  # the ones judged last; each is searched once


@dataclass(frozen=True)
class Selection:
    """Which feedback counts; none means all."""

    date_from: date | None = None
    date_to: date | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Votes:
    """A query with its documents by what most of their voters said."""

    text: str
    liked: frozenset[str]
    disliked: frozenset[str]
    count: int


def votes(work: UnitOfWork, organization_id: str, selection: Selection) -> list[Votes]:
    """Of the context search, by query, the last judged first. A document with as many likes as dislikes is neither."""
    rows = work.run(
        """SELECT query, target_id, sum(CASE feedback_type WHEN 'like' THEN 1 ELSE -1 END) AS balance,
                  count(*) AS votes, max(created_at) AS judged_at
           FROM feedback
           WHERE organization_id = CAST(:organization AS uuid) AND removed_at IS NULL AND context = 'search'
             AND query <> '' AND feedback_type IN ('like', 'dislike')
             AND (CAST(:since AS date) IS NULL OR created_at >= CAST(:since AS date))
             AND (CAST(:until AS date) IS NULL OR created_at < CAST(:until AS date) + 1)
             AND (CAST(:reasons AS jsonb) = '[]' OR feedback_type = 'like' OR CAST(:reasons AS jsonb) ? reason)
           GROUP BY query, target_id ORDER BY max(max(created_at)) OVER (PARTITION BY query) DESC, query, target_id""",
        organization=organization_id,
        since=selection.date_from,
        until=selection.date_to,
        reasons=json.dumps(selection.reasons, ensure_ascii=False),
    )
    by_query: dict[str, list[tuple[str, int, int]]] = {}
    for row in rows:
        by_query.setdefault(row["query"], []).append((row["target_id"], int(row["balance"]), row["votes"]))
    return [
        Votes(
            query,
            frozenset(target for target, balance, _ in judged if balance > 0),
            frozenset(target for target, balance, _ in judged if balance < 0),
            sum(count for *_, count in judged),
        )
        for query, judged in list(by_query.items())[:MOST_QUERIES]
    ]


def searched(
    database: Database,
    organization_id: str,
    user_id: str,
    task_id: str,
    asked: list[Votes],
    step: Callable[[int], None],
) -> list[JudgedQuery]:
    """What the search finds now for each query, with the signs that its weights weigh.

    Queries that go by words alone are left out: no weight changes their order.
    """
    found = []
    for number, one in enumerate(asked):
        step(100 * number // len(asked))
        vector, _ = query_vector(database, organization_id, user_id, one.text, task_id=task_id)
        if vector is None:
            continue
        with database.reading() as work:
            rows = ranked(work, organization_id, user_id, one.text, vector)
            half_life = weights_of(work, organization_id).half_life_days
        candidates = tuple(
            Candidate(row.document_id, row.lexical_place, row.semantic_place, row.in_title, row.fresh) for row in rows
        )
        found.append(JudgedQuery(one.text, candidates, one.liked, one.disliked, half_life))
    return found

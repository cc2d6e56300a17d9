"""Finding chunks by their words and by what they are about, and ranking them.

By words, a chunk scores for each word of the query that it has the word's rarity in the organization times how much of
it the chunk has (ts_rank_cd, which counts a word in the title or a heading for more). Divided by the rarity of all
words, that is 0 to 1. So a whole sentence finds the chunks that share its telling words, and no word is required.

By vectors, the chunks nearest to the query's vector. The two rankings are fused by reciprocal rank, and what is fused
is raised a little by the query's words in the title and by freshness (assistant.search.ranking).
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from assistant.identity.caller import Caller
from assistant.platform.clock import monotonic
from assistant.platform.db import Row, UnitOfWork
from assistant.search import statement
from assistant.search.embeddings import configured
from assistant.search.embeddings.port import Vector
from assistant.search.embeddings.queries import query_vector
from assistant.search.embeddings.store import written
from assistant.search.highlights import START, STOP, highlights
from assistant.search.models import SearchQuery, SearchResult, SearchResults
from assistant.search.ranking import weights_of
from assistant.search.words import Words, words_of

# What one occurrence counts: {unused, in the text's headings, …} in PostgreSQL's order D, C, B, A.
WEIGHTS = "{0.5, 0.5, 0.8, 0.7}"  # text, unused, heading, title
RANKED = 1000  # chunks whose words are weighed, chosen by which words they have; bounds the cost of common words
NEAR = 100  # chunks of each ranking that are fused
COMPARED = 10_000  # where the filters leave at most so many chunks, every vector is compared
SMOOTHING = 60  # of reciprocal ranks, as in the paper that proposed them: no one place decides
PER_DOCUMENT = 3  # passages of one document shown to the model
QUERY_LENGTH = 2000
FILTERS = ("sources", "source_types", "collections", "tags", "document_ids")


@dataclass(frozen=True)
class Passage:
    """A chunk that a document may be written from; `score` as in search."""

    document_id: str
    title: str
    filename: str
    chunk_index: int
    heading: str
    content: str
    score: float


def search(work: UnitOfWork, caller: Caller, query: SearchQuery) -> SearchResults:
    """What the caller's organization has on a query, best first; the order is the same for the same index.

    Goes by words and by vectors; by words alone for quoted phrases, which are meant literally, and when no vector is
    to be had, which `degraded` tells. Call it before anything else in the transaction: embedding is paid for in one
    of its own.
    """
    started = monotonic()
    words = words_of(query.query)
    vector, degraded = None, None
    if words.words and not words.phrases and query.mode != "lexical":
        vector, degraded = query_vector(work.database, caller.organization_id, caller.user_id, query.query)
        if query.mode == "vector" and vector is None and degraded is None:
            degraded = "embeddings_unavailable"  # none is configured
    total_found, rows = _find(
        work,
        caller.organization_id,
        caller.user_id,
        words,
        vector,
        sources=query.sources,
        source_types=query.source_types,
        collections=query.collections,
        tags=query.filters.tags,
        document_ids=[str(document_id) for document_id in query.filters.document_ids],
        limit=query.limit,
        threshold=query.threshold,
        per_document=1 if query.one_per_document else query.limit,
        with_marks=True,
        only_near=query.mode == "vector",
    )
    results = [_result(row, include_content=query.include_content) for row in rows]
    return SearchResults(
        results=results,
        total_found=total_found,
        degraded=degraded,
        search_time_ms=round((monotonic() - started) * 1000, 2),
    )


def passages(
    work: UnitOfWork,
    organization_id: str,
    user_id: str,
    query_text: str,
    limit: int,
    document_ids: list[str] | None = None,
    vector: Vector | None = None,
) -> list[Passage]:
    """The best chunks that the user may read for a text of any length, at most three of one document, best first.

    `vector` is the text's, from query_vector, where there is one.
    """
    if document_ids == []:
        return []
    _, rows = _find(
        work,
        organization_id,
        user_id,
        words_of(query_text[:QUERY_LENGTH].replace("\x00", " ")),
        vector,
        document_ids=document_ids or [],
        limit=limit,
        per_document=PER_DOCUMENT,
    )
    return [
        Passage(
            row["document_id"], row["title"], row["filename"], row["chunk_index"], row["heading"], row["content"],
            float(row["score"]),
        )
        for row in rows
    ]  # fmt: skip


def _find(
    work: UnitOfWork,
    organization_id: str,
    user_id: str,
    words: Words,
    vector: Vector | None,
    *,
    limit: int,
    only_near: bool = False,
    **how: Any,
) -> tuple[int, list[Row]]:
    """(how many chunks match, the best of them)."""
    if not words.words:
        return 0, []
    lists = {name: json.dumps(how.get(name, [])) for name in FILTERS}
    rows = work.run(
        statement.STATEMENTS[0 if vector is None else len(vector)],
        organization_id=organization_id,
        user_id=user_id,
        words=json.dumps([] if only_near and vector else words.words, ensure_ascii=False),
        phrases=json.dumps(words.phrases, ensure_ascii=False),
        ranked=RANKED,
        weights=WEIGHTS,
        limit=limit,
        threshold=str(how.get("threshold", 0)),
        per_document=how["per_document"],
        with_marks=how.get("with_marks", False),
        marking=f"HighlightAll=true, StartSel={START}, StopSel={STOP}",
        **lists,
        **(_nearness(work, organization_id, vector) if vector else {}),
    )
    return rows[0]["total_found"], [row for row in rows if row["document_id"] is not None]


def _nearness(work: UnitOfWork, organization_id: str, vector: Vector) -> dict[str, Any]:
    chosen = configured.model()
    assert chosen is not None, "a vector is of the configured model"
    weights = {name: str(value) for name, value in asdict(weights_of(work, organization_id)).items()}
    return {
        "vector": written(vector),
        "model": chosen.key,
        "floor": chosen.floor,
        "near": NEAR,
        "compared": COMPARED,
        "smoothing": SMOOTHING,
        **weights,
    }


def _result(row: Row, *, include_content: bool) -> SearchResult:
    return SearchResult(
        document_id=row["document_id"],
        chunk_index=row["chunk_index"],
        title=row["title"],
        heading=row["heading"],
        content=row["content"] if include_content else None,
        highlights=highlights(row["content"], row["marked"] or ""),
        score=float(row["score"]),
        lexical_score=None if row["lexical_score"] is None else float(row["lexical_score"]),
        similarity=None if row["similarity"] is None else float(row["similarity"]),
        source_type=row["source_type"],
        collection=row["collection"],
        url=row["url"],
        created_at=row["created_at"],
    )

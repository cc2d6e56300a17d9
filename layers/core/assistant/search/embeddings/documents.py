"""Giving documents their vectors: at once when they are small, by the schedule when they are large or it failed."""

from collections.abc import Callable

from assistant.llm.metered import Payer
from assistant.llm.port import ProviderError
from assistant.platform.clock import monotonic
from assistant.platform.db import Database
from assistant.platform.errors import BudgetExceeded
from assistant.platform.observability import logger
from assistant.search.changes import index_changed
from assistant.search.embeddings.configured import embedder
from assistant.search.embeddings.metered import embed_at_once, embed_within, new_request
from assistant.search.embeddings.port import Embedder
from assistant.search.embeddings.store import keep, missing

SECONDS = 30.0  # a batch; nobody waits for it
AT_ONCE = 5.0  # seconds that somebody who uploads waits at most; the schedule does the rest


def embed_document(
    database: Database,
    endpoint: Embedder,
    organization_id: str,
    user_id: str,
    document_id: str,
    *,
    task_id: str | None = None,
    until: float = float("inf"),
    on_batch: Callable[[int], None] = lambda count: None,
) -> bool:
    """Make the vectors that a document lacks, paid for by `user_id`; whether it has all of them now.

    Each batch is kept in a transaction of its own, so an interruption loses one at most. Stops when the clock reaches
    `until`. Raises a ProviderError or BudgetExceeded.
    """
    model = endpoint.model
    last = 0
    while monotonic() < until:
        with database.reading() as work:
            chunks = missing(work, organization_id, model, model.batch, after=last, document_id=document_id)
        if not chunks:
            with database.transaction() as work:
                return bool(
                    work.run(
                        """UPDATE documents SET embedded_with = :model
                           WHERE organization_id = CAST(:organization_id AS uuid)
                             AND document_id = CAST(:document_id AS uuid)
                             AND NOT EXISTS (
                                 SELECT FROM chunks LEFT JOIN embeddings
                                   ON embeddings.chunk_id = chunks.chunk_id AND model = :model
                                 WHERE chunks.organization_id = CAST(:organization_id AS uuid)
                                   AND chunks.document_id = CAST(:document_id AS uuid)
                                   AND embeddings.chunk_id IS NULL
                             )
                           RETURNING document_id""",
                        model=model.key,
                        organization_id=organization_id,
                        document_id=document_id,
                    )
                )
        last = chunks[-1].chunk_id
        payer = Payer(organization_id, user_id, task_id or new_request(), "embed_document")
        pay = embed_within if task_id else embed_at_once
        vectors = pay(database, endpoint, [chunk.text for chunk in chunks], "passage", payer, SECONDS)
        with database.transaction() as work:
            keep(work, organization_id, model, chunks, vectors)
            index_changed(work, organization_id)
        on_batch(len(chunks))
    return False


def embed_soon(database: Database, organization_id: str, user_id: str, document_id: str) -> None:
    """Embed what fits into a few seconds. Failing is no failure: the document is found by its words meanwhile."""
    endpoint = embedder()
    if endpoint is None:
        return
    try:
        embed_document(database, endpoint, organization_id, user_id, document_id, until=monotonic() + AT_ONCE)
    except (ProviderError, BudgetExceeded) as error:
        logger.warning("embedding_postponed", extra={"error": str(error), "document_id": document_id})


def embed_waiting(database: Database, seconds: float) -> int:
    """Embed documents that still wait, the oldest first, for so many seconds; how many were finished.

    One whose owner has no budget left does not keep the others waiting, a model that does not answer does.
    """
    endpoint = embedder()
    until = monotonic() + seconds
    finished = 0
    passed_over: set[str] = set()
    while endpoint is not None and monotonic() < until:
        with database.reading() as work:
            waiting = work.run(
                """/* every organization - the schedule serves all */
                   SELECT CAST(document_id AS text) AS document_id, CAST(organization_id AS text) AS organization_id,
                          CAST(uploaded_by AS text) AS user_id
                   FROM documents WHERE embedded_with IS NULL ORDER BY created_at LIMIT 100"""
            )
        waiting = [row for row in waiting if row["document_id"] not in passed_over]
        if not waiting:
            break
        for row in waiting:
            try:
                finished += embed_document(database, endpoint, **row, until=until)
            except BudgetExceeded:
                logger.info("embedding_over_budget", extra={"document_id": row["document_id"]})
            except ProviderError as error:
                logger.warning("embeddings_unavailable", extra={"error": str(error)})
                return finished
            passed_over.add(row["document_id"])
    return finished

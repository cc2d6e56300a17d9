"""How the index does: what is in it, and whether it answers now."""

from dataclasses import dataclass

from assistant.identity.caller import Caller
from assistant.llm.metered import Payer
from assistant.llm.port import ProviderError
from assistant.platform.clock import monotonic
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import BudgetExceeded
from assistant.search.collections import listed
from assistant.search.embeddings import configured
from assistant.search.embeddings.metered import embed_at_once, new_request

SECONDS = 3.0


@dataclass(frozen=True)
class Part:
    """A part that was asked just now. `milliseconds` is how long it took; `detail` says what is wrong."""

    name: str
    status: str
    milliseconds: float
    detail: str | None = None


def measure(work: UnitOfWork, caller: Caller) -> list[Part]:
    """Ask the embedding model for a vector, paid for like any, and the index what it holds."""
    model_part = _model(work, caller)  # first, since it is paid for in transactions of its own
    started = monotonic()
    [row] = work.run(
        """SELECT (SELECT count(*) FROM chunks WHERE organization_id = CAST(:organization_id AS uuid)) AS chunks,
                  (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS vector_version""",
        organization_id=caller.organization_id,
    )
    took = round((monotonic() - started) * 1000, 2)
    detail = f"{row['chunks']} chunks, pgvector {row['vector_version']}"
    return [Part("index", "healthy", took, detail), model_part]


def _model(work: UnitOfWork, caller: Caller) -> Part:
    endpoint = configured.embedder()
    if endpoint is None:
        return Part("embedding_model", "off", 0.0, "No model is configured: search goes by words alone.")
    started = monotonic()
    payer = Payer(caller.organization_id, caller.user_id, new_request(), "embed_query")
    try:
        embed_at_once(work.database, endpoint, ["health"], "query", payer, SECONDS)
    except (ProviderError, BudgetExceeded) as error:
        return Part("embedding_model", "unhealthy", _since(started), type(error).__name__)
    return Part("embedding_model", "healthy", _since(started), endpoint.model.key)


def _since(started: float) -> float:
    return round((monotonic() - started) * 1000, 2)


def totals(work: UnitOfWork, organization_id: str) -> Row:
    """Documents and chunks in all and per collection, and the model that vectors are of."""
    model = configured.model()
    collections = listed(work, organization_id)
    return {
        "documents": sum(row["documents"] for row in collections),
        "chunks": sum(row["chunks"] for row in collections),
        "embedded_documents": sum(row["embedded_documents"] for row in collections),
        "embedding_model": model.key if model else None,
        "dimensions": model.dimensions if model else None,
        "collections": [
            {name: row[name] for name in ("name", "state", "documents", "chunks", "embedded_documents")}
            for row in collections
        ],
    }

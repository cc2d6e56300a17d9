"""The vector of a query: paid for, remembered, and done without when the model does not answer."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

from assistant.llm.metered import Payer
from assistant.llm.port import ProviderError
from assistant.platform.clock import monotonic
from assistant.platform.db import Database
from assistant.platform.errors import BudgetExceeded
from assistant.platform.observability import logger
from assistant.search.embeddings.configured import embedder
from assistant.search.embeddings.metered import embed_at_once, embed_within, new_request
from assistant.search.embeddings.port import Embedder, Vector

Degraded = Literal["embeddings_unavailable", "budget_exceeded"]
SECONDS = 3.0  # a person waits for the answer
PAUSE_SECONDS = 10.0  # after a failure: not every search finds out anew
REMEMBERED = 512  # vectors of 512 numbers: 8 MB at most

_remembered: OrderedDict[tuple[str, str], Vector] = OrderedDict()
_silent_until = 0.0


def query_vector(
    database: Database,
    organization_id: str,
    user_id: str,
    text: str,
    *,
    task_id: str | None = None,
    endpoint: Callable[[], Embedder | None] = embedder,
) -> tuple[Vector | None, Degraded | None]:
    """(the vector, None), or (None, why search goes by words alone); (None, None) where no model is configured.

    The call is held and settled in transactions of its own, so no other may be open. With `task_id` the task's hold
    pays. A text that this sandbox has embedded before costs nothing.
    """
    global _silent_until
    chosen = endpoint()
    text = " ".join(text.split())[: chosen.model.characters] if chosen else ""
    if chosen is None or not text:
        return None, None
    kept = _remembered.get((chosen.model.key, text))
    if kept is not None:
        _remembered.move_to_end((chosen.model.key, text))
        return kept, None
    if monotonic() < _silent_until:
        return None, "embeddings_unavailable"
    if database.is_open and database.connection().in_transaction:
        raise RuntimeError("Embed a query before the transaction begins: the call is paid for in its own.")
    payer = Payer(organization_id, user_id, task_id or new_request(), "embed_query")
    try:
        pay = embed_within if task_id else embed_at_once
        [vector] = pay(database, chosen, [text], "query", payer, SECONDS)
    except ProviderError as error:
        logger.warning("embeddings_unavailable", extra={"error": str(error)})
        _silent_until = monotonic() + PAUSE_SECONDS
        return None, "embeddings_unavailable"
    except BudgetExceeded:
        return None, "budget_exceeded"
    _remembered[chosen.model.key, text] = vector
    if len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)
    return vector, None


def forget() -> None:
    """Start anew, as a new sandbox does."""
    global _silent_until
    _silent_until = 0.0
    _remembered.clear()

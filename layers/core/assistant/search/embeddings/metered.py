"""A call to an embedding model that somebody pays for, as calls to language models are paid for."""

import uuid
from collections.abc import Sequence

from assistant.budget import ledger
from assistant.llm import calls
from assistant.llm.metered import Payer
from assistant.llm.port import Message, ProviderError, Usage
from assistant.llm.prices import Price, price_of
from assistant.llm.tokens import input_tokens_upper_bound
from assistant.platform.clock import monotonic
from assistant.platform.db import Database, UnitOfWork
from assistant.search.embeddings.port import Embedded, Embedder, Kind, Model, Vector


def price(work: UnitOfWork, model: Model, organization_id: str | None) -> Price:
    """What an administrator has set for the model, else what we know of it."""
    return price_of(work, model.provider, model.name, organization_id) or model.price


def worst_case(work: UnitOfWork, model: Model, organization_id: str | None, characters: int, texts: int) -> int:
    """Micro-dollars that embedding can cost at most: a token is a byte at least, a character has at most four."""
    calls_made = -(-texts // model.batch)
    return (
        price(work, model, organization_id).worst_case(characters * 4 + texts * 16 + calls_made * 512, 0) + calls_made
    )


def embed_at_once(
    database: Database, embedder: Embedder, texts: Sequence[str], kind: Kind, payer: Payer, timeout: float
) -> tuple[Vector, ...]:
    """One call with a hold of its own: held, made, settled. `payer.request_id` is a new hold's.

    Raises BudgetExceeded when the hold does not fit, a ProviderError when the model does not answer.
    """
    with database.transaction() as work:
        reserved = _reserve(work, embedder.model, payer, texts)
        call_id = _begin(work, embedder.model, payer, reserved)
        # Last, with the commit in the same packet: everyone of the organisation waits for its budget's row.
        ledger.hold_and_commit(work, payer.organization_id, payer.user_id, payer.request_id, reserved, payer.purpose)
    return _call(database, embedder, texts, kind, payer, timeout, call_id, reserved, settles=True)


def embed_within(
    database: Database, embedder: Embedder, texts: Sequence[str], kind: Kind, payer: Payer, timeout: float
) -> tuple[Vector, ...]:
    """One call within the hold of a task, which whoever ends the task settles."""
    with database.transaction() as work:
        reserved = _reserve(work, embedder.model, payer, texts)
        totals = calls.totals(work, payer.organization_id, payer.request_id)
        missing = totals.cost + totals.reserved + reserved
        missing -= ledger.held(work, payer.organization_id, payer.request_id)
        call_id = _begin(work, embedder.model, payer, reserved)
        if missing > 0:
            ledger.extend(work, payer.organization_id, payer.request_id, missing)
    return _call(database, embedder, texts, kind, payer, timeout, call_id, reserved, settles=False)


def new_request() -> str:
    """The id of a hold that no task has."""
    return f"embedding-{uuid.uuid4()}"


def _reserve(work: UnitOfWork, model: Model, payer: Payer, texts: Sequence[str]) -> int:
    bound = input_tokens_upper_bound(Message("user", text) for text in texts)
    return price(work, model, payer.organization_id).worst_case(bound, 0)


def _begin(work: UnitOfWork, model: Model, payer: Payer, reserved: int) -> str:
    return calls.begin_call(
        work, payer.organization_id, payer.user_id, payer.request_id, payer.purpose, model.provider, model.name,
        reserved,
    )  # fmt: skip


def _call(
    database: Database,
    embedder: Embedder,
    texts: Sequence[str],
    kind: Kind,
    payer: Payer,
    timeout: float,
    call_id: str,
    reserved: int,
    *,
    settles: bool,
) -> tuple[Vector, ...]:
    started = monotonic()
    try:
        made = embedder.embed(texts, kind, timeout)
    except ProviderError as error:
        with database.transaction() as work:
            if error.outcome_known:
                calls.finish_call(work, payer.organization_id, call_id, Usage(0, 0), 0, "failed", None, None)
            else:
                calls.finish_call(work, payer.organization_id, call_id, None, None, "unknown", None, None)
            if settles:
                keep = 0 if error.outcome_known else reserved
                ledger.settle(work, payer.organization_id, payer.request_id, 0, keep=keep)
        raise
    with database.transaction() as work:
        usage = Usage(_tokens(made, texts), 0)
        billed = price(work, embedder.model, payer.organization_id).cost(usage)
        if billed > reserved:
            ledger.record_incident(
                work, payer.organization_id, payer.request_id, "billed_above_hold", billed - reserved
            )
        cost = min(billed, reserved)
        duration = round((monotonic() - started) * 1000)
        calls.finish_call(work, payer.organization_id, call_id, usage, cost, "succeeded", None, duration)
        if settles:
            ledger.settle(work, payer.organization_id, payer.request_id, cost)
    return made.vectors


def _tokens(made: Embedded, texts: Sequence[str]) -> int:
    """The provider's count; where it sends none, what the texts can have at most."""
    if made.input_tokens is not None:
        return made.input_tokens
    return input_tokens_upper_bound(Message("user", text) for text in texts)

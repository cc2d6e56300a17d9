"""One question to a model, held, called and settled within a request: what POST /llm/test does."""

import uuid
from dataclasses import dataclass

from assistant.budget import ledger
from assistant.llm import calls
from assistant.llm.completion import Completion
from assistant.llm.fleet import Fleet
from assistant.llm.metered import Payer, metered
from assistant.llm.port import CompletionRequest
from assistant.llm.routing import dearest
from assistant.llm.tokens import input_tokens_upper_bound
from assistant.platform.db import Database

PURPOSE = "llm_test"
SECONDS = 22.0  # of the gateway's 29: the hold before and the settlement after need some, and so does a silent end


@dataclass(frozen=True, slots=True)
class Trial:
    """What came, and the money in micro-dollars."""

    completion: Completion
    request_id: str
    held: int
    cost: int
    tries: int


def try_model(
    database: Database,
    organization_id: str,
    user_id: str,
    fleet: Fleet,
    request: CompletionRequest,
    *,
    purpose: str = PURPOSE,
    seconds: float = SECONDS,
) -> Trial:
    """Hold the worst case of the dearest provider, make the call, settle what it cost, whatever happens to it.

    All in transactions of its own, so no other may be open.
    """
    request_id = f"{purpose}:{uuid.uuid4()}"
    with database.transaction() as work:
        price = dearest(work, organization_id, [(one.name, one.model) for one in fleet.providers])
        bound = input_tokens_upper_bound(request.messages, request.json_schema)
        reserve = price.worst_case(bound, request.max_tokens)
        ledger.hold_and_commit(work, organization_id, user_id, request_id, reserve, purpose)
    payer = Payer(organization_id, user_id, request_id, purpose)
    try:
        completion = metered(
            database, fleet, request, payer, on_text=lambda text, tokens: None, keep=lambda work, completion: None,
            total_seconds=seconds,
        )  # fmt: skip
    finally:
        with database.transaction() as work:
            totals = calls.totals(work, organization_id, request_id)
            held = ledger.held(work, organization_id, request_id)
            ledger.settle_and_commit(work, organization_id, request_id, totals.cost, keep=totals.reserved)
    return Trial(completion, request_id, held, totals.cost, totals.calls)

"""A call to a model that somebody pays for: reserved within a hold, recorded, and its cost known or kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.budget import ledger
from assistant.llm import calls
from assistant.llm.answers import Answers, Kept, may_be_kept, record_reuse
from assistant.llm.circuit import Circuit
from assistant.llm.completion import TOTAL_SECONDS, Cancelled, Completion, Watch
from assistant.llm.fleet import Fleet
from assistant.llm.gateway import Journal, generate
from assistant.llm.port import CompletionRequest, Provider, ProviderError, Usage
from assistant.llm.routing import Plan, plan
from assistant.platform import interruption
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.errors import BudgetExceeded


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose hold pays: `request_id` is the hold's."""

    organization_id: str
    user_id: str
    request_id: str
    purpose: str


def metered(
    database: Database,
    fleet: Fleet,
    prompt: CompletionRequest,
    payer: Payer,
    *,
    on_text: Callable[[str, int], None],
    keep: Callable[[UnitOfWork, Completion], None],
    total_seconds: float = TOTAL_SECONDS,
    circuit: Circuit | None = None,
    cited: Sequence[str] | None = None,
) -> Completion:
    """Make the call. `keep` stores its text in the transaction that records its cost: both or neither.

    What `on_text` raises stops the model; the call is recorded with what it used, and the exception goes on.
    Each try that is sent is a row of llm_calls, written before it. Raises BudgetExceeded when lost calls have used up
    the hold and it cannot be extended.

    `cited`: the ids of the documents in the prompt (perhaps none at all). Who names them allows that an answer to this
    very prompt is given again, if the temperature is 0 and none of them has changed: nothing is called or charged then,
    the text is heard in one piece, and the log of usage says so.
    """
    with database.reading() as work:
        books = _Books(database, payer, plan(work, payer.organization_id, payer.user_id, fleet, prompt))
    answers = None
    if cited is not None and may_be_kept(prompt):
        answers = Answers(payer.organization_id, books.plan.candidates[0].provider, prompt, cited)
        if kept := answers.find():
            return _given_again(database, payer, kept, on_text, keep)
    stopped: list[BaseException] = []

    def listen(text: str, tokens: int) -> None:
        try:
            on_text(text, tokens)
        except Exception as error:
            stopped.append(error)
            raise Cancelled from error

    providers = [candidate.provider for candidate in books.plan.candidates]
    completion = generate(providers, prompt, listen, journal=books, circuit=circuit, total_seconds=total_seconds)
    if completion.cancelled and (why := interruption.reason()):  # another thread ended the wait for the next word
        stopped.append(why)
    if stopped:
        with database.transaction() as work:
            books.record(work, completion)
        raise stopped[0]
    try:
        with database.transaction() as work:
            cost = books.record(work, completion)
            keep(work, completion)
    except Exception:
        with database.transaction() as work:  # the text is not kept, but it was paid for
            books.record(work, completion)
        raise
    if answers:
        answers.keep(completion, cost)
    return completion


def _given_again(
    database: Database,
    payer: Payer,
    kept: Kept,
    on_text: Callable[[str, int], None],
    keep: Callable[[UnitOfWork, Completion], None],
) -> Completion:
    completion = kept.completion
    on_text(completion.text, completion.usage.output_tokens)
    with database.transaction() as work:
        record_reuse(work, payer.organization_id, payer.user_id, payer.request_id, payer.purpose, kept)
        keep(work, completion)
    return completion


class _Books(Journal):
    """Writes a row before each try and its end after it."""

    def __init__(self, database: Database, payer: Payer, plan: Plan) -> None:
        self.plan = plan
        self._database, self._payer = database, payer
        self._call_id = ""
        self._provider: Provider | None = None

    def before(self, provider: Provider, attempt: int, after: ProviderError | None) -> None:
        payer = self._payer
        # The first try makes room for the dearest candidate, so that a failover after a free failure fits as well.
        # After a lost call its reserve stays counted: the hold grows by what is missing, or the failover is not made.
        needed = self.plan.reserve if after is None else self.plan.of(provider).worst_case
        try:
            with self._database.transaction() as work:
                _make_room(work, payer, needed)
                self._call_id = calls.begin_call(
                    work, payer.organization_id, payer.user_id, payer.request_id, payer.purpose, provider.name,
                    provider.model, self.plan.of(provider).worst_case, provider_id=provider.id,
                    strategy=self.plan.strategy, attempt=attempt,
                )  # fmt: skip
        except BudgetExceeded:
            if after is not None:
                raise after from None
            raise
        self._provider = provider

    def failed(self, provider: Provider, error: ProviderError, watch: Watch) -> None:
        first_token_ms, duration_ms = watch.times()
        known = error.outcome_known
        with self._database.transaction() as work:
            calls.finish_call(
                work, self._payer.organization_id, self._call_id, Usage(0, 0) if known else None, 0 if known else None,
                "failed" if known else "unknown", first_token_ms, duration_ms, error_code=error.code,
            )  # fmt: skip

    def record(self, work: UnitOfWork, completion: Completion) -> int:
        """Write what the call came to, and return its cost; a bill above its reserve is capped there, an incident."""
        assert self._provider is not None
        candidate, payer = self.plan.of(self._provider), self._payer
        billed = candidate.price.cost(completion.usage)
        cost = min(billed, candidate.worst_case)
        outcome: calls.Outcome = "cancelled" if completion.cancelled else "succeeded"
        finished = calls.finish_call(
            work, payer.organization_id, self._call_id, completion.usage, cost, outcome, completion.first_token_ms,
            completion.duration_ms, error_code=completion.anomaly,
        )  # fmt: skip
        if finished and billed > cost:
            ledger.record_incident(work, payer.organization_id, payer.request_id, "billed_above_hold", billed - cost)
        return cost


def _make_room(work: UnitOfWork, payer: Payer, needed: int) -> None:
    """Extend the hold when lost calls, which stay counted, have taken the room that this call needs."""
    totals = calls.totals(work, payer.organization_id, payer.request_id)
    missing = totals.cost + totals.reserved + needed - ledger.held(work, payer.organization_id, payer.request_id)
    if missing > 0:
        ledger.extend(work, payer.organization_id, payer.request_id, missing)


def reconcile(work: UnitOfWork, organization_id: str, request_id: str) -> int:
    """Charge the lost calls of a request at their worst case; the sum, in micro-dollars.

    Nothing tells what a provider billed for a call that broke off, and only the worst case is never too little.
    Each is recorded as an incident, so that an administrator who knows better can give the difference back.
    """
    total = 0
    for call in calls.unknown(work, organization_id, request_id):
        calls.finish_call(work, organization_id, call.call_id, None, call.reserved, "failed", None, None)
        ledger.record_incident(work, organization_id, request_id, "lost_call_charged", call.reserved)
        total += call.reserved
    return total

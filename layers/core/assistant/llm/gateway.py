"""The way to the models: what is tried again, where, and after which pause."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.llm import configuration
from assistant.llm.circuit import Circuit, counts
from assistant.llm.circuit import circuit as shared_circuit
from assistant.llm.completion import TOTAL_SECONDS, Cancelled, Completion, Listener, Watch, complete
from assistant.llm.fleet import Fleet, fleet
from assistant.llm.port import CompletionRequest, Provider, ProviderError, ProviderUnavailable
from assistant.platform import interruption
from assistant.platform.clock import deadline, monotonic
from assistant.platform.interruption import pause
from assistant.platform.observability import count, logger

__all__ = ["Cancelled", "Completion", "Fleet", "Journal", "configured", "fleet", "generate"]

TRIES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
TO_STORE = 10.0  # seconds of an invocation that are left when its last answer must have ended


def configured() -> tuple[str, str]:
    """(provider, model), as the price list names them, of the provider that comes first."""
    first = configuration.configured()[0]
    return first.name, first.model


class Journal:
    """Hears of each try; the one that keeps the books is in metered.py."""

    def before(self, provider: Provider, attempt: int, after: ProviderError | None) -> None:
        """A try is about to be sent; what this raises, nothing is sent after. `after` is how the one before ended."""

    def failed(self, provider: Provider, error: ProviderError, watch: Watch) -> None:
        """The try ended in an error."""


def generate(
    providers: Sequence[Provider],
    request: CompletionRequest,
    on_text: Listener = lambda text, tokens: None,
    *,
    journal: Journal | None = None,
    circuit: Circuit | None = None,
    sleep: Callable[[float], None] = pause,
    total_seconds: float = TOTAL_SECONDS,
) -> Completion:
    """One completion from the first provider that gives it; `on_text(piece, tokens_so_far)` hears each piece and may
    raise Cancelled.

    Three tries in all and `total_seconds` for all of them, a provider again only when each of the others has been
    tried, and after a pause. What certainly was not billed is tried again. What may have been billed is never repeated
    at the same provider, and goes to another only if no text had come and the journal finds money for both. Any other
    exception of `on_text` goes to the caller after the stream is closed.
    """
    journal, guard = journal or Journal(), circuit or shared_circuit()
    waiting, pauses = deque(providers), dict[str, float]()
    last: ProviderError | None = None
    resting: list[float] = []
    attempt, ends = 0, monotonic() + _patience(total_seconds)
    while waiting and attempt < TRIES:
        provider = waiting.popleft()
        if rest := guard.wait(provider.id):
            resting.append(rest)
            continue
        if (wanted := pauses.get(provider.id, 0.0)) > 0:
            sleep(wanted)
        if stopped := interruption.reason():
            raise stopped
        left = ends - monotonic()
        if last and left < 1:
            raise last
        attempt += 1
        journal.before(provider, attempt, last)
        watch = Watch()
        try:
            completion = complete(provider, replace(request, patience=left), on_text, watch, left)
        except ProviderError as error:
            last = error
            journal.failed(provider, error, watch)
            if counts(error):
                guard.failed(provider.id)
            _log(provider, attempt, error)
            if not error.outcome_known and watch.heard:
                raise
            rest = _pause(error, attempt)
            if error.retryable and error.outcome_known and rest <= min(LONGEST_PAUSE, ends - monotonic() - 1):
                waiting.append(provider)
                pauses[provider.id] = rest
            continue
        if watch.heard or not completion.cancelled:
            guard.succeeded(provider.id)
        return completion
    if last is None:
        last = ProviderUnavailable("all providers are left alone", outcome_known=True, retry_after=min(resting))
    raise last


def _patience(total_seconds: float) -> float:
    """No longer than the sandbox lives, with time to store what came."""
    end = deadline()
    return total_seconds if end is None else min(total_seconds, max(end.left - TO_STORE, 1.0))


def _pause(error: ProviderError, attempt: int) -> float:
    jittered: float = random.uniform(0.5, 1.0) * FIRST_PAUSE * 2.0**attempt  # noqa: S311 - jitter is no secret
    return max(jittered, error.retry_after or 0.0)


def _log(provider: Provider, attempt: int, error: ProviderError) -> None:
    count({"ModelFailures": 1})
    logger.warning(
        "model_call_failed",
        extra={"provider_id": provider.id, "model": provider.model, "attempt": attempt, "error": str(error),
               "outcome_known": error.outcome_known, "retry_after": error.retry_after},
    )  # fmt: skip

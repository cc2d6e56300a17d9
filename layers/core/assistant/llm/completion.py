"""One try at one provider: its events put together, its time kept, its cancellation bounded."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from assistant.llm.port import (
    Anomaly,
    CompletionRequest,
    Finished,
    Provider,
    ProviderError,
    ProviderProtocolError,
    StopReason,
    Stream,
    TextDelta,
    Usage,
)
from assistant.llm.tokens import usage_upper_bound
from assistant.platform import interruption
from assistant.platform.clock import monotonic

TOTAL_SECONDS = 600.0
Listener = Callable[[str, int], None]


class Cancelled(Exception):
    """Raised by `on_text` to stop the model. It is the caller's decision, not a failure."""


@dataclass(frozen=True)
class Completion:
    """What a call came to.

    `cancelled`: `on_text` stopped it, and `text` is what had come. `stop_reason` "time": our patience stopped it.
    `usage` is then the provider's own running count if it sends one, else an upper bound (`usage_is_bound`): no
    provider bills more. `provider` is its name in the price list, `provider_id` its name in this deployment.
    """

    text: str
    usage: Usage
    stop_reason: StopReason
    model: str
    first_token_ms: int | None
    duration_ms: int
    anomaly: Anomaly | None = None
    cancelled: bool = False
    usage_is_bound: bool = False
    provider: str = ""
    provider_id: str = ""


class Watch:
    """Times one try."""

    def __init__(self) -> None:
        self._started = monotonic()
        self._first: float | None = None

    @property
    def heard(self) -> bool:
        """Whether any text came."""
        return self._first is not None

    @property
    def seconds(self) -> float:
        return monotonic() - self._started

    def text_came(self) -> None:
        self._first = self._first or monotonic()

    def times(self) -> tuple[int | None, int]:
        """Milliseconds to the first text, if any came, and until now."""
        first = None if self._first is None else round((self._first - self._started) * 1000)
        return first, round(self.seconds * 1000)


class _Received:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.size = 0
        self.running: Usage | None = None
        self.bound: Usage | None = None
        self.hidden = False

    def add(self, event: TextDelta) -> None:
        self.pieces.append(event.text)
        self.size += len(event.text.encode())
        self.running = event.usage or self.running
        self.bound = event.bound or self.bound
        self.hidden = event.hidden

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def tokens(self) -> int:
        """The running count, else an estimate: a token a piece or four bytes, if that is more."""
        return self.running.output_tokens if self.running else max(len(self.pieces), self.size // 4)

    def used(self, request: CompletionRequest) -> Usage:
        return self.running or self.bound or usage_upper_bound(request, self.text, hidden=self.hidden)


def complete(
    provider: Provider, request: CompletionRequest, on_text: Listener, watch: Watch, total_seconds: float
) -> Completion:
    """One try; raises a ProviderError. After `total_seconds` it is stopped and ends with what has come."""
    got = _Received()
    with closing(provider.stream(request)) as stream:
        for event in _until_interrupted(stream):
            if isinstance(event, Finished):
                return Completion(
                    got.text, event.usage, event.stop_reason, event.model, *watch.times(), event.anomaly,
                    provider=provider.name, provider_id=provider.id,
                )  # fmt: skip
            watch.text_came()
            got.add(event)
            cancelled, over = False, watch.seconds > total_seconds
            try:
                on_text(event.text, got.tokens)
            except Cancelled:
                cancelled = True
            if cancelled or over:
                stream.close()
                return Completion(
                    got.text, got.used(request), "other" if cancelled else "time", provider.model, *watch.times(),
                    cancelled=cancelled, usage_is_bound=got.running is None, provider=provider.name,
                    provider_id=provider.id,
                )  # fmt: skip
    if interruption.reason() is None:
        raise ProviderProtocolError("the stream ended without saying so", outcome_known=False)
    used = got.used(request) if watch.heard else usage_upper_bound(request, "", hidden=_thinks_unseen(provider))
    return Completion(
        got.text, used, "other", provider.model, *watch.times(), cancelled=True, usage_is_bound=got.running is None,
        provider=provider.name, provider_id=provider.id,
    )  # fmt: skip


def _until_interrupted(stream: Stream) -> Stream:
    """The events, up to the moment when another thread ends the wait for the next one."""
    try:
        yield from stream
    except ProviderError as error:
        if error.outcome_known or interruption.reason() is None:
            raise


def _thinks_unseen(provider: Provider) -> bool:
    """Whether silence may hide tokens that are billed: the model reasons before it says anything."""
    return bool(getattr(provider, "thinks_unseen", False))

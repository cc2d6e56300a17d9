"""The port to a model: what is asked, what streams back, and every way in which it can fail."""

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from assistant.platform.errors import AssistantError

Role = Literal["system", "user", "assistant"]
# "time": our own patience ended while text still came.
StopReason = Literal["stop", "length", "filtered", "time", "other"]
# The provider says that it made or read more than it can have. The caller caps the cost at its hold and records it.
Anomaly = Literal["output_above_max_tokens", "input_above_bound"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation. System messages come first."""

    role: Role
    content: str


@dataclass(frozen=True)
class CompletionRequest:
    """What a model is asked. `max_tokens` is always sent: it is what bounds the price.

    `json_schema` asks for an answer that is JSON of this schema: an object that names all its properties in
    `required` and sets `additionalProperties` to false, at every level (the subset that all providers accept).
    `patience`: seconds of silence to bear at most, when that is less than the provider's own setting.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float = 0.2
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    patience: float | None = None

    def __post_init__(self) -> None:
        if not self.messages or self.max_tokens < 1:
            raise ValueError("A completion needs at least one message and room for at least one token.")


@dataclass(frozen=True)
class Usage:
    """Tokens of one call. Parts of `input_tokens` were read from the provider's cache, or written into it."""

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = 0
    written_input_tokens: int = 0


@dataclass(frozen=True)
class TextDelta:
    """The next piece of the answer, never empty and never half a character.

    `usage` is the provider's own count up to here, where it sends one while it streams. `hidden`: the model has also
    made tokens that no text shows (it reasoned), so the text bounds nothing. `bound`: the most that the call can be
    billed for if it is stopped here, where the provider has said enough to know better than the gateway.
    """

    text: str
    usage: Usage | None = None
    hidden: bool = False
    bound: Usage | None = None


@dataclass(frozen=True)
class Finished:
    """The last event: the answer is whole and this is what the provider bills."""

    usage: Usage
    stop_reason: StopReason
    model: str
    anomaly: Anomaly | None = None


Stream = Generator[TextDelta | Finished, None, None]


class Provider(Protocol):
    """A model at a provider. One instance serves one sandbox, one call at a time."""

    @property
    def id(self) -> str:
        """What the deployment calls it; two models at one provider have two."""
        ...

    @property
    def name(self) -> str:
        """The provider as the price list knows it: local, openai, anthropic, bedrock, openai-compatible."""
        ...

    @property
    def model(self) -> str: ...

    @property
    def context_tokens(self) -> int:
        """How many tokens fit, the prompt and the answer together."""
        ...

    def stream(self, request: CompletionRequest) -> Stream:
        """Text as it is made, then one Finished; raises a ProviderError.

        Nothing is sent before the first `next()`. Closing the iterator closes the connection, which stops the model.
        """
        ...

    def probe(self) -> None:
        """Ask something that costs nothing; raises a ProviderError when that is not answered."""
        ...


class ProviderError(AssistantError):
    """A call that did not end well.

    `retryable`: the same call may succeed later. `retry_after`: seconds that the provider asked for.
    `outcome_known`: nothing can have been billed. When false, the money that was held for the call stays held,
    and a repetition needs money of its own. `provider_message` is for the log, never for a caller.
    """

    status, code, title = 503, "model_unavailable", "The model does not answer"
    explanation = "The language model is not available at the moment. Try again in a minute."
    retryable = True

    def __init__(
        self, provider_message: str, *, outcome_known: bool, retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(self.explanation, **({"retry_after": math.ceil(retry_after)} if retry_after else {}))
        self.provider_message = provider_message
        self.outcome_known = outcome_known
        self.retry_after = retry_after
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.provider_message}"


class ProviderThrottled(ProviderError):
    """The provider has no capacity for us now."""

    code, title = "model_throttled", "The model is busy"
    explanation = "The language model is busy. Try again in a minute."


class ProviderUnavailable(ProviderError):
    """The provider answered with a failure of its own, or could not be reached, or hung up."""


class ProviderTimeout(ProviderError):
    """Nothing came for longer than we wait."""

    status, code, title = 504, "model_timeout", "The model took too long"
    explanation = "The language model took too long to answer. Try again, or ask for a shorter answer."


class ProviderRejected(ProviderError):
    """The provider refuses this very call: a bad request, too long a prompt, a wrong key, an unknown model."""

    status, code, title = 502, "model_rejected", "The model refused the request"
    explanation = "The language model refused the request. Shorten it, or ask the administrator to check the model."
    retryable = False


class ProviderProtocolError(ProviderError):
    """The answer broke off or made no sense, so nobody knows what it costs."""

    status, code, title = 502, "model_protocol_error", "The model's answer broke off"
    explanation = "The language model's answer broke off. Try again."

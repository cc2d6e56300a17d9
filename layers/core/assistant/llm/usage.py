"""What a provider says that a call used: believed only when it can be true."""

from typing import Any

from assistant.llm.port import Anomaly, CompletionRequest, Finished, ProviderProtocolError, StopReason, Usage
from assistant.llm.tokens import input_tokens_upper_bound

# No model takes or makes more in one call; a larger count is garbage, and its price might not fit a column.
MOST_TOKENS = 20_000_000


def possible_usage(input_tokens: Any, output_tokens: Any, cached: Any = 0, written: Any = 0) -> Usage | None:
    """The usage of these counts, or None when they cannot be counts of tokens.

    `cached` and `written` are parts of the input: read from the provider's cache, and stored in it.
    """
    counts = (input_tokens, output_tokens, cached, written)
    if any(type(count) is not int or not 0 <= count <= MOST_TOKENS for count in counts):
        return None
    if input_tokens < 1 or cached + written > input_tokens:  # a prompt has at least one token
        return None
    return Usage(*counts)


def finished(
    request: CompletionRequest, usage: Usage | None, stop_reason: StopReason | None, model: str, *, text_came: bool
) -> Finished:
    """The last event of a stream, if the stream told what it must; else ProviderProtocolError.

    More tokens than were asked for are reported as they are, with an anomaly: whoever pays decides.
    """
    if stop_reason is None:
        raise ProviderProtocolError("the stream ended before the answer did", outcome_known=False)
    if usage is None:
        raise ProviderProtocolError("the usage is missing or impossible", outcome_known=False)
    if text_came and not usage.output_tokens:
        raise ProviderProtocolError("text came but the usage says 0 tokens", outcome_known=False)
    anomaly: Anomaly | None = None
    if usage.output_tokens > request.max_tokens:
        anomaly = "output_above_max_tokens"
    elif usage.input_tokens > input_tokens_upper_bound(request.messages, request.json_schema):
        anomaly = "input_above_bound"
    return Finished(usage, stop_reason, model, anomaly)

"""The prompt of an answer: rules, what was found, what was said before, the question. All but the first and the last
is quoted."""

from collections.abc import Sequence

from assistant.chat.modes import Manner
from assistant.generation.fence import BETWEEN, NOT_INSTRUCTIONS, fence
from assistant.generation.fence import SIZE as FENCE
from assistant.generation.prompt import PROMPT_TOKENS, cut, plain
from assistant.generation.request import FEWEST_TOKENS
from assistant.llm.port import CompletionRequest, Message
from assistant.llm.tokens import input_tokens_upper_bound
from assistant.search.search import Passage

__all__ = ["NOT_THERE", "PROMPT_TOKENS", "answer_prompt", "bare"]

NOT_THERE = "NOT IN THE SOURCES"
EARLIER, EACH = 3, 360  # exchanges of the session that are quoted, and bytes of each
SYSTEM = (
    "You answer questions from quotations only. Mark each statement with the number of its quotation like [1]. "
    f'If the quotations do not answer the question, write only "{NOT_THERE}". Answer in the language of the question. '
    f"Do not invent numbers or names. {NOT_INSTRUCTIONS}"
)


def answer_prompt(
    question: str,
    manner: Manner,
    passages: Sequence[tuple[int, Passage]],
    history: Sequence[tuple[str, str]],
    context_tokens: int,
) -> CompletionRequest:
    """Passages are cut until it is within PROMPT_TOKENS; the rules and the question never are."""
    quoted = [
        cut(f"Earlier question: {plain(asked)} Answer: {plain(answered)}", EACH)
        for asked, answered in history[-EARLIER:]
    ]
    if quoted and input_tokens_upper_bound(_messages(question, manner, quoted)) > PROMPT_TOKENS:
        quoted = []
    room = PROMPT_TOKENS - input_tokens_upper_bound(_messages(question, manner, quoted)) - (0 if quoted else FENCE)
    for number, passage in passages:
        text = cut(f"[{number}] {passage.title}: {plain(passage.content)}", room - len(BETWEEN))
        # A few characters weigh more than their bytes: leave the passage out rather than break the bound.
        if text and input_tokens_upper_bound(_messages(question, manner, [*quoted, text])) <= PROMPT_TOKENS:
            quoted.append(text)
            room -= len(text.encode()) + len(BETWEEN)
    answer = max(FEWEST_TOKENS, min(manner.max_tokens, context_tokens - PROMPT_TOKENS))
    return CompletionRequest(_messages(question, manner, quoted), max_tokens=answer)


def bare(question: str, manner: Manner) -> tuple[Message, ...]:
    """The prompt without anything quoted; what money is held for when it alone is over the bound."""
    return _messages(question, manner, [])


def _messages(question: str, manner: Manner, quoted: list[str]) -> tuple[Message, ...]:
    between = [fence(quoted)] if quoted else []
    return (
        Message("system", f"{SYSTEM} {manner.how}".strip()),
        Message("user", BETWEEN.join([*between, f"Question: {question}"])),
    )

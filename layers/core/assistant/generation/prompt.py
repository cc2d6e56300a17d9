"""The prompt of one section. What comes from sources is data, fenced off from the instructions."""

import re

from assistant.generation.fence import BETWEEN, NOT_INSTRUCTIONS, fence
from assistant.generation.fence import SIZE as FENCE
from assistant.generation.request import FEWEST_TOKENS, RfcRequest
from assistant.generation.template import Section, sections
from assistant.llm.port import CompletionRequest, Message
from assistant.llm.prices import Priced
from assistant.llm.tokens import input_tokens_upper_bound
from assistant.search.search import Passage

PROMPT_TOKENS = 3600  # at most, by the bound that money is held for; the smallest model served has 4096 in all
STATEMENTS = 1200  # of them, at most, for what the author has said
EXAMPLE = 600  # at most, of a section that readers liked, where the passages leave as much
LIKED = "Readers liked this section of another document. Take its manner, none of its facts: "

CITED = re.compile(r"\s*\[\d{1,3}\]")
MARKS = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|>\s?|```.*$)|\|[-:| ]*", re.MULTILINE)

SYSTEM = (
    "You are a technical writer. Write plain prose in the language of the topic, with facts from the passages only, "
    "each marked with the number of its passage like [1]. Keep to what the author has decided. "
    f"Do not invent numbers or names. {NOT_INSTRUCTIONS}"
)


def section_prompt(
    request: RfcRequest, section: Section, passages: list[tuple[int, Passage]], context_tokens: int,
    example: str = "",
) -> CompletionRequest:  # fmt: skip
    """The prompt for a section. Passages are cut until it is within PROMPT_TOKENS; the instructions never are.

    `example`: the same section of a document that readers liked; it takes the room that the passages leave.
    """
    quoted = _said(request)
    room = PROMPT_TOKENS - input_tokens_upper_bound(_messages(request, section, quoted))
    room -= 0 if quoted else FENCE
    if room < 0:  # a topic of heavy letters leaves no room for more than the instructions
        quoted, room = [], 0
    for number, passage in passages:
        text = cut(f"[{number}] {passage.title}: {plain(passage.content)}", room - len(BETWEEN))
        # A few characters weigh more than their bytes: leave the passage out rather than break the bound.
        if text and input_tokens_upper_bound(_messages(request, section, [*quoted, text])) <= PROMPT_TOKENS:
            quoted.append(text)
            room -= len(text.encode()) + len(BETWEEN)
    shown = _liked(example, room - len(BETWEEN))
    if shown and input_tokens_upper_bound(_messages(request, section, [*quoted, shown])) <= PROMPT_TOKENS:
        quoted.append(shown)
    answer = max(FEWEST_TOKENS, min(request.section_tokens, context_tokens - PROMPT_TOKENS))
    return CompletionRequest(_messages(request, section, quoted), max_tokens=answer)


def _said(request: RfcRequest) -> list[str]:
    """What the author has said, as it fits; what is cut off here is in the document all the same."""
    said = BETWEEN.join(f"{plain(one.question)} {plain(one.answer)}" for one in request.statements)
    text = cut(f"The author has decided: {said}", STATEMENTS) if said else ""
    return [text] if text else []


def _liked(example: str, room: int) -> str:
    """The example without its citations, whose numbers mean other passages; nothing where only a beginning fits."""
    text = plain(CITED.sub("", example))
    size = min(EXAMPLE, room - len(LIKED))
    return f"{LIKED}{cut(text, size)}" if text and size >= min(len(text.encode()), EXAMPLE // 2) else ""


def worst_case(request: RfcRequest, price: Priced) -> int:
    """Micro-dollars that writing the whole document can cost at most; what is held before it starts."""
    return sum(
        price.worst_case(
            max(PROMPT_TOKENS, input_tokens_upper_bound(_messages(request, section, []))), request.section_tokens
        )
        for section in sections(tuple(request.sections))
    )


def plain(markdown: str) -> str:
    """A passage as running text: small models copy the marks of headings and tables instead of the words."""
    return " ".join(MARKS.sub(" ", markdown).split())


def cut(text: str, size: int) -> str:
    """At most `size` bytes of UTF-8, never half a character."""
    return text.encode()[: max(size, 0)].decode(errors="ignore")


def _messages(request: RfcRequest, section: Section, quoted: list[str]) -> tuple[Message, ...]:
    task = f'Question: {section.brief} Answer for the document "{request.topic}" in complete sentences.'
    between = [fence(quoted)] if quoted else []
    return Message("system", SYSTEM), Message("user", BETWEEN.join([f"Document: {request.topic}", *between, task]))

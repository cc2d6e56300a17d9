"""Questions that a model words, after it has read what the search found; checked, so that only those that add stay.

The rules ask what is asked of every document of a kind. What they cannot do is read: a model sees the request beside
the passages, and asks about what they leave open. Without passages it is not asked, and nothing is charged.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.generation.fence import BETWEEN, NOT_INSTRUCTIONS, fence
from assistant.generation.prompt import cut, plain
from assistant.llm.fleet import Fleet
from assistant.llm.port import CompletionRequest, Message, ProviderError
from assistant.llm.trial import try_model
from assistant.platform.db import Database
from assistant.search.search import Passage

PURPOSE = "rfc_questions"
MOST = 3
MOST_TOKENS = 240
SECONDS = 15.0  # a person waits, and the rules' questions are there already
QUOTED, REQUEST = 1600, 800  # bytes of the passages, and of the request
SHORTEST, LONGEST = 15, 240  # characters of a question
SAME = 0.6  # share of words in common from which on two questions ask the same
WORD = re.compile(r"[^\W\d_]{4,}")
STEM = 5

SCHEMA = {
    "type": "object",
    "properties": {"questions": {"type": "array", "maxItems": MOST, "items": {"type": "string"}}},
    "required": ["questions"],
    "additionalProperties": False,
}
SYSTEM = (
    "You help to prepare a technical document. Ask its author up to three short questions about what the request and "
    f"the quotations leave open. Ask in the language of the request. {NOT_INSTRUCTIONS}"
)
Trouble = Literal["model_unavailable"]


@dataclass(frozen=True, slots=True)
class Interview:
    """The model's questions that passed, and what they cost in micro-dollars. `trouble`: why there are none."""

    questions: list[str]
    cost: int = 0
    held: int = 0
    trouble: Trouble | None = None


def interview(
    database: Database,
    organization_id: str,
    user_id: str,
    fleet: Fleet,
    request: str,
    passages: Sequence[Passage],
    asked: Sequence[str],
) -> Interview:
    """Ask the model what to ask. Held and settled at once, in transactions of its own. Raises BudgetExceeded."""
    if not passages:
        return Interview([])
    try:
        trial = try_model(
            database, organization_id, user_id, fleet, interview_prompt(request, passages), purpose=PURPOSE,
            seconds=SECONDS,
        )  # fmt: skip
    except ProviderError:
        return Interview([], trouble="model_unavailable")
    return Interview(worth_asking(trial.completion.text, request, asked), trial.cost, trial.held)


def interview_prompt(request: str, passages: Sequence[Passage]) -> CompletionRequest:
    """The prompt: the request, the passages behind a fence, and a schema for the answer."""
    quoted = [cut(f"{passage.title}: {plain(passage.content)}", QUOTED // len(passages)) for passage in passages]
    text = BETWEEN.join((f"Request: {cut(request, REQUEST)}", fence(quoted), "Which questions do you ask the author?"))
    return CompletionRequest((Message("system", SYSTEM), Message("user", text)), MOST_TOKENS, json_schema=SCHEMA)


def worth_asking(answer: str, request: str, asked: Sequence[str]) -> list[str]:
    """Of what the model answered, the questions that are one, speak of the request, and ask what nobody asks yet."""
    try:
        proposed = json.loads(answer)["questions"]
    except (ValueError, TypeError, KeyError):  # cut off, or no JSON
        return []
    kept: list[str] = []
    about = _stems(request)
    for one in proposed if isinstance(proposed, list) else []:
        text = " ".join(str(one).split())
        stems = _stems(text)
        if (
            SHORTEST <= len(text) <= LONGEST
            and text.endswith("?")
            and "\x00" not in text
            and stems & about
            and not any(_alike(stems, _stems(other)) for other in (*asked, *kept))
        ):
            kept.append(text)
    return kept[:MOST]


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= SAME * min(len(one), len(other) or 1)


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in WORD.findall(text.lower().replace("ё", "е"))}

"""How a question may be answered, and what the answer can cost at most."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from assistant.llm.prices import Priced
from assistant.platform.db import UnitOfWork
from assistant.tasks.types import of_any_model

Mode = Literal["general", "search", "generate", "documentation"]
TASK = "answer_question"
LONGEST_QUESTION = 1000  # characters


@dataclass(frozen=True, slots=True)
class Manner:
    """`max_tokens` of the answer; none means that no model is asked. `how`: what it is told beside the rules."""

    max_tokens: int
    passages: int
    how: str


MANNERS: dict[Mode, Manner] = {
    "general": Manner(320, 6, "Answer in a few complete sentences."),
    "search": Manner(0, 8, ""),
    "generate": Manner(900, 8, "Write a draft that the reader can use: complete paragraphs in a sensible order."),
    "documentation": Manner(600, 8, "Explain how it is done, step by step, with names and values as quoted."),
}


class AnswerRequest(BaseModel):
    """Arguments of the task `answer_question`."""

    model_config = ConfigDict(extra="forbid")

    message_id: UUID
    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    mode: Mode


def _worst_case_at(work: UnitOfWork, request: AnswerRequest, organization_id: str | None) -> Callable[[Priced], int]:
    """The search's vector, and a whole prompt and a whole answer.

    Nothing where no model is asked and search goes by words.
    """
    from assistant.chat.prompt import PROMPT_TOKENS, bare
    from assistant.llm.tokens import input_tokens_upper_bound
    from assistant.search.embeddings import configured, metered

    manner = MANNERS[request.mode]
    model = configured.model()
    vector = metered.worst_case(work, model, organization_id, model.characters, 1) if model else 0
    if not manner.max_tokens:
        return lambda _price: vector
    bound = max(PROMPT_TOKENS, input_tokens_upper_bound(bare(request.question, manner)))
    return lambda price: vector + price.worst_case(bound, manner.max_tokens)


# Not a type that POST /async-tasks/submit takes: a question belongs to a session.
TASK_TYPES = {TASK: of_any_model(AnswerRequest, _worst_case_at)}

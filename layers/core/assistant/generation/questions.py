"""What the dialogue asks: rules over the task's type, what the search found, and the answers so far.

A pure function of those, so the same state always asks the same, and a changed answer takes its follow-ups with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.generation.question_catalog import CATALOG, Rule, Wording
from assistant.generation.question_words import BACKGROUND, OTHER, SOURCES, SUBJECT

TaskKind = Literal["new_feature", "modify_existing", "analyze_current"]
QuestionType = Literal["text", "choice", "multiple_choice", "boolean", "number"]
AskedBy = Literal["rules", "search", "model"]
MOST_OFFERED = 8  # documents to choose from
OTHER_VALUE = "other"

Answers = Mapping[str, Any]
"""By question id."""


@dataclass(frozen=True, slots=True)
class Option:
    """`value` is what an answer says, `label` what a person reads."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """A typed question. `follows`: the question whose answer made it come up. `minimum`, `maximum`: of a number."""

    question_id: str
    question: str
    question_type: QuestionType
    options: tuple[Option, ...] = ()
    is_required: bool = True
    asked_by: AskedBy = "rules"
    follows: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A document that the search found for the request."""

    document_id: str
    title: str


def language_of(text: str) -> Literal["en", "ru"]:
    """The language that the request is written in, by its letters."""
    letters = [letter for letter in text.lower() if letter.isalpha()]
    cyrillic = sum(1 for letter in letters if "а" <= letter <= "я" or letter == "ё")
    return "ru" if cyrillic * 2 > len(letters) else "en"


def questions(
    kind: TaskKind, language: Literal["en", "ru"], found: Sequence[Found], worded: Sequence[str], answers: Answers
) -> list[Question]:
    """Everything that is asked in this state, answered or not, in order. `worded` are the model's own questions."""
    offered = tuple(Option(document.document_id, document.title) for document in found[:MOST_OFFERED])
    asked = [_of_subject(kind, language, offered)] if kind != "new_feature" else []
    asked.append(_of_sources(language, offered))
    for rule in CATALOG[kind]:
        if rule.when is None or (
            rule.follows is not None and rule.follows in answers and rule.when(answers[rule.follows])
        ):
            asked.append(_of_rule(rule, language))
    return asked + [
        Question(f"model_{number}", text, "text", is_required=False, asked_by="model")
        for number, text in enumerate(worded, 1)
    ]


def _of_sources(language: Literal["en", "ru"], offered: tuple[Option, ...]) -> Question:
    """Which of the found documents count; where nothing was found, what nobody has written down yet."""
    if offered:
        return Question("sources", SOURCES[language], "multiple_choice", offered, is_required=False, asked_by="search")
    return Question("background", BACKGROUND[language], "text", is_required=False, asked_by="search")


def _of_subject(kind: TaskKind, language: Literal["en", "ru"], offered: tuple[Option, ...]) -> Question:
    """What the task is about: one of the found documents, or in words."""
    text = SUBJECT[kind][language]
    if not offered:
        return Question("subject", text, "text", asked_by="search")
    return Question("subject", text, "choice", (*offered, Option(OTHER_VALUE, OTHER[language])), asked_by="search")


def _of_rule(rule: Rule, language: Literal["en", "ru"]) -> Question:
    question = Question(
        rule.question_id, _in(rule.wording, language), rule.question_type, is_required=rule.is_required,
        follows=rule.follows, minimum=rule.minimum, maximum=rule.maximum,
    )  # fmt: skip
    options = tuple(Option(value, _in(label, language)) for value, label in rule.options.items())
    return replace(question, options=options)


def _in(wording: Wording, language: Literal["en", "ru"]) -> str:
    return wording[0] if language == "en" else wording[1]


def missing(asked: Sequence[Question], answers: Answers) -> list[Question]:
    """The required questions without an answer."""
    return [question for question in asked if question.is_required and question.question_id not in answers]


def in_words(question: Question, answer: Any, language: Literal["en", "ru"]) -> str:
    """An answer as a person would read it."""
    labels: dict[str, str] = {option.value: option.label for option in question.options}
    if isinstance(answer, bool):
        return ("yes" if answer else "no") if language == "en" else ("да" if answer else "нет")
    if isinstance(answer, list):
        return ", ".join(labels.get(value, str(value)) for value in answer)
    return labels.get(str(answer), str(answer))

"""Checks each answer by the type of its question."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.generation.questions import Question
from assistant.platform.errors import Invalid

LONGEST_ANSWER = 2000  # characters


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it came. `confidence`: how sure its author is, 0 to 1."""

    question_id: str
    answer: Any
    confidence: float | None = None


def checked(given: Sequence[Given], asked: Sequence[Question]) -> dict[str, dict[str, Any]]:
    """The answers by question id, as they are stored. Raises Invalid naming each one that does not fit."""
    by_id: Mapping[str, Question] = {question.question_id: question for question in asked}
    accepted: dict[str, dict[str, Any]] = {}
    errors = []
    for index, one in enumerate(given):
        question = by_id.get(one.question_id)
        if question is None:
            errors.append({"pointer": f"/answers/{index}/question_id", "detail": "no such question is asked now"})
        elif one.question_id in accepted:
            errors.append({"pointer": f"/answers/{index}/question_id", "detail": "it is answered twice"})
        else:
            try:
                answer = _value(question, one.answer)
            except ValueError as error:
                errors.append({"pointer": f"/answers/{index}/answer", "detail": str(error)})
                continue
            accepted[one.question_id] = {"answer": answer, "confidence": one.confidence}
    if errors:
        raise Invalid(f"{errors[0]['pointer']}: {errors[0]['detail']}", errors=errors)
    return accepted


def _value(question: Question, answer: Any) -> Any:
    """The answer as the question's type has it; ValueError says what is expected."""
    match question.question_type:
        case "text":
            return _text(answer)
        case "boolean":
            if not isinstance(answer, bool):
                raise ValueError("answer with true or false")
            return answer
        case "number":
            return _number(question, answer)
        case "choice":
            values = [option.value for option in question.options]
            if not isinstance(answer, str) or answer not in values:
                raise ValueError(f"one of: {', '.join(values)}")
            return answer
        case "multiple_choice":
            return _several(question, answer)


def _text(answer: Any) -> str:
    if not isinstance(answer, str) or not answer.strip():
        raise ValueError("answer with text")
    if "\x00" in answer:
        raise ValueError("NUL characters are not text")
    if len(answer) > LONGEST_ANSWER:
        raise ValueError(f"at most {LONGEST_ANSWER} characters")
    return answer.strip()


def _number(question: Question, answer: Any) -> float | int:
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        raise ValueError("answer with a number")
    if question.minimum is not None and answer < question.minimum:
        raise ValueError(f"at least {question.minimum:g}")
    if question.maximum is not None and answer > question.maximum:
        raise ValueError(f"at most {question.maximum:g}")
    return answer


def _several(question: Question, answer: Any) -> list[str]:
    values = [option.value for option in question.options]
    if not isinstance(answer, list) or any(value not in values for value in answer):
        raise ValueError(f"a list out of: {', '.join(values)}")
    if question.is_required and not answer:
        raise ValueError("choose at least one")
    return list(dict.fromkeys(answer))

"""How good a draft is, by four parts that a reader can check: structure, completeness, technical depth, clarity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.generation.compose import cited

WEIGHTS = {"structure": 0.25, "completeness": 0.30, "technical_depth": 0.25, "clarity": 0.20}
WORD = re.compile(r"\w+", re.UNICODE)
SENTENCE = re.compile(r"[.!?…]+(?:\s|$)")
TECHNICAL = re.compile(r"`[^`]+`|\b\w+[_./]\w+\b|\b[A-Z]{2,}\b|\b\d+(?:[.,]\d+)?\b")
ENOUGH_WORDS = 40  # of a section
CONCRETE = 0.05  # one number or technical name in twenty words is plenty
READABLE_WORDS = 25  # of a sentence


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores from 0 to 100 and what cost each part its points: `remarks` all of them, `reasons` those of each part."""

    structure: float
    completeness: float
    technical_depth: float
    clarity: float
    overall: float
    remarks: list[str]
    reasons: dict[str, list[str]] = field(default_factory=dict)


def assess(sections: list[tuple[str, str]], topic: str) -> Quality:
    """Score the model's own text, section by section as (title, text); quoted passages do not count for it."""
    reasons: dict[str, list[str]] = {part: [] for part in WEIGHTS}
    counts = [len(WORD.findall(text)) for _, text in sections]
    words = max(sum(counts), 1)

    filled = [count > 0 for count in counts]
    structure = 100 * sum(filled) / len(sections)
    reasons["structure"] = [f"{title} is empty." for (title, _), has in zip(sections, filled, strict=True) if not has]

    completeness = 100 * sum(min(count / ENOUGH_WORDS, 1) for count in counts) / len(sections)
    reasons["completeness"] = [
        f"{title} has {count} words; {ENOUGH_WORDS} would say more."
        for (title, _), count in zip(sections, counts, strict=True)
        if 0 < count < ENOUGH_WORDS
    ]

    text = "\n".join(body for _, body in sections)
    backed = sum(1 for _, body in sections if cited(body)) / len(sections)
    named = len(TECHNICAL.findall(text))
    concrete = min(named / words / CONCRETE, 1)
    depth = 50 * backed + 50 * concrete
    if backed < 1:
        silent = sum(1 for _, body in sections if not cited(body))
        reasons["technical_depth"].append(f"{silent} sections cite no source in their text.")
    if concrete < 1:
        reasons["technical_depth"].append(f"{named} numbers and technical names in {words} words.")

    sentences = [sentence.split() for sentence in SENTENCE.split(text) if WORD.search(sentence)]
    distinct = {tuple(sentence) for sentence in sentences}
    readable = [sentence for sentence in distinct if len(sentence) <= READABLE_WORDS]
    clarity = 100 * len(readable) / len(sentences) if sentences else 0.0  # what is said twice is not clearer
    if repeated := len(sentences) - len(distinct):
        reasons["clarity"].append(f"{repeated} sentences repeat others.")
    if long := len(distinct) - len(readable):
        reasons["clarity"].append(f"{long} sentences are over {READABLE_WORDS} words.")
    missing = [
        word for word in dict.fromkeys(WORD.findall(topic.lower())) if len(word) > 4 and word not in text.lower()
    ]
    remarks = [reason for part in WEIGHTS for reason in reasons[part]]
    if missing:
        remarks.append("Words of the topic that the text never uses: " + ", ".join(missing[:8]) + ".")

    scores = {"structure": structure, "completeness": completeness, "technical_depth": depth, "clarity": clarity}
    return Quality(
        **{part: round(score, 1) for part, score in scores.items()},
        overall=round(overall(scores), 1),
        remarks=remarks,
        reasons=reasons,
    )


def overall(scores: Mapping[str, float]) -> float:
    """The weighted mean of the four parts."""
    return sum(WEIGHTS[part] * score for part, score in scores.items())

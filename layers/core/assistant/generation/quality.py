"""How good a draft is, by four parts that a reader can check: structure, completeness, technical depth, clarity."""

import re
from dataclasses import dataclass

from assistant.generation.compose import cited

WEIGHTS = {"structure": 0.25, "completeness": 0.30, "technical_depth": 0.25, "clarity": 0.20}
WORD = re.compile(r"\w+", re.UNICODE)
SENTENCE = re.compile(r"[.!?…]+(?:\s|$)")
TECHNICAL = re.compile(r"`[^`]+`|\b\w+[_./]\w+\b|\b[A-Z]{2,}\b|\b\d+(?:[.,]\d+)?\b")
ENOUGH_WORDS = 40  # of a section
READABLE_WORDS = 25  # of a sentence


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores from 0 to 100 and what cost each part its points."""

    structure: float
    completeness: float
    technical_depth: float
    clarity: float
    overall: float
    remarks: list[str]


def assess(sections: list[tuple[str, str]], topic: str) -> Quality:
    """Score the model's own text, section by section as (title, text); quoted passages do not count for it."""
    remarks: list[str] = []
    counts = [len(WORD.findall(text)) for _, text in sections]
    words = max(sum(counts), 1)

    filled = [count > 0 for count in counts]
    structure = 100 * sum(filled) / len(sections)
    remarks += [f"{title} is empty." for (title, _), has in zip(sections, filled, strict=True) if not has]

    completeness = 100 * sum(min(count / ENOUGH_WORDS, 1) for count in counts) / len(sections)
    remarks += [
        f"{title} has {count} words; {ENOUGH_WORDS} would say more."
        for (title, _), count in zip(sections, counts, strict=True)
        if 0 < count < ENOUGH_WORDS
    ]

    text = "\n".join(body for _, body in sections)
    backed = sum(1 for _, body in sections if cited(body)) / len(sections)
    concrete = min(len(TECHNICAL.findall(text)) / words / 0.05, 1)  # one concrete term in twenty words is plenty
    depth = 50 * backed + 50 * concrete
    if backed < 1:
        remarks.append(f"{sum(1 for _, body in sections if not cited(body))} sections cite no source in their text.")

    sentences = [sentence.split() for sentence in SENTENCE.split(text) if WORD.search(sentence)]
    distinct = {tuple(sentence) for sentence in sentences}
    readable = [sentence for sentence in distinct if len(sentence) <= READABLE_WORDS]
    clarity = 100 * len(readable) / len(sentences) if sentences else 0.0  # what is said twice is not clearer
    if repeated := len(sentences) - len(distinct):
        remarks.append(f"{repeated} sentences repeat others.")
    if long := len(distinct) - len(readable):
        remarks.append(f"{long} sentences are over {READABLE_WORDS} words.")
    missing = [
        word for word in dict.fromkeys(WORD.findall(topic.lower())) if len(word) > 4 and word not in text.lower()
    ]
    if missing:
        remarks.append("Words of the topic that the text never uses: " + ", ".join(missing[:8]) + ".")

    scores = {"structure": structure, "completeness": completeness, "technical_depth": depth, "clarity": clarity}
    overall = sum(WEIGHTS[part] * score for part, score in scores.items())
    return Quality(
        **{part: round(score, 1) for part, score in scores.items()}, overall=round(overall, 1), remarks=remarks
    )

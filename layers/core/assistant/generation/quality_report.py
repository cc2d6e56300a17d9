"""What a text in Markdown is worth as an RFC: scores with reasons, what is missing, what is weak, what to do."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from assistant.generation.quality import ENOUGH_WORDS, WEIGHTS, WORD, assess, overall
from assistant.generation.template import STANDARD

HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
FENCED = re.compile(r"^ {0,3}(?:```|~~~)")
WEAK = 60.0  # of 100, below which a part is a weak area

# Words by which a section of the house template is recognised, however its author calls it.
NAMES = {
    "Summary": ("summary", "overview", "abstract", "introduction", "резюме", "кратко", "обзор", "введение",
                "аннотация"),
    "Context and problem": ("context", "problem", "background", "motivation", "контекст", "проблем", "мотивац"),
    "Goals and non-goals": ("goal", "objective", "scope", "requirement", "цел", "задач", "требован"),
    "Proposal": ("proposal", "design", "solution", "architecture", "what changes", "findings", "предложен", "решени",
                 "архитектур", "дизайн"),
    "Alternatives considered": ("alternative", "option", "trade-off", "альтернатив", "вариант"),
    "Risks and rollout": ("risk", "rollout", "migration", "deployment", "plan", "риск", "внедрен", "миграц", "план",
                          "развёртыван", "развертыван"),
}  # fmt: skip
APPENDED = ("sources", "decided by the author", "citations taken away", "источники")  # not the author's argument


@dataclass(frozen=True, slots=True)
class Report:
    """`quality` as assistant.generation.quality, with the reasons of each part."""

    quality: dict[str, Any]
    suggestions: list[str]
    missing_sections: list[str]
    weak_areas: list[str]


def analyze(content: str, title: str) -> Report:
    """Score a document of any author. Structure counts the template's sections that are there and say something."""
    sections = _sections(content) or [(title, content)]
    assessed = assess(sections, title)
    missing = [section.title for section in STANDARD if not _is_there(section.title, sections)]
    structure = 100 * (len(STANDARD) - len(missing)) / len(STANDARD)
    reasons = dict(assessed.reasons)
    reasons["structure"] = [*reasons["structure"], *(f"There is no section {name!r}." for name in missing)]
    empty = sum(1 for _, body in sections if not WORD.search(body))
    structure *= 1 - empty / len(sections)
    scores = {**{part: getattr(assessed, part) for part in WEIGHTS}, "structure": round(structure, 1)}
    quality = {
        **asdict(assessed),
        **scores,
        "overall": round(overall(scores), 1),
        "reasons": reasons,
        "remarks": [*(f"There is no section {name!r}." for name in missing), *assessed.remarks],
    }
    weak = [part for part in WEIGHTS if scores[part] < WEAK]
    return Report(quality, _suggestions(missing, reasons), missing, weak)


def _suggestions(missing: list[str], reasons: dict[str, list[str]]) -> list[str]:
    briefs = {section.title: section.brief for section in STANDARD}
    found = [f"Add the section {name!r}. {briefs[name]}" for name in missing]
    for reason in reasons["completeness"]:
        found.append(
            f"{reason.split(' has ')[0]}: say more; {ENOUGH_WORDS} words is where a section begins to explain."
        )
    for reason in reasons["technical_depth"]:
        how = "Cite a source as [1] where a claim comes from one." if "cite" in reason else "Name limits and parts."
        found.append(f"{reason} {how}")
    for reason in reasons["clarity"]:
        found.append(f"{reason} {'Say it once.' if 'repeat' in reason else 'Split them.'}")
    return found


def _is_there(name: str, sections: list[tuple[str, str]]) -> bool:
    return any(
        word in title.lower() and WORD.search(body) is not None for title, body in sections for word in NAMES[name]
    )


def _sections(content: str) -> list[tuple[str, str]]:
    """(title, text) of each section; what stands under a deeper heading belongs to the section above it.

    A single heading above all others is the document's title. Headings inside code do not count.
    """
    lines = list(_with_levels(content))
    levels = [level for level, _ in lines if level]
    if not levels:
        return []
    top = min(levels)
    rest = [level for level in levels if level > top]
    wanted = min(rest) if levels.count(top) == 1 and rest else top
    found: list[tuple[str, list[str]]] = []
    for level, text in lines:
        if level == wanted:
            found.append((text, []))
        elif found:
            found[-1][1].append(text)
    return [(title, "\n".join(body)) for title, body in found if title.lower() not in APPENDED]


def _with_levels(content: str) -> Iterator[tuple[int, str]]:
    """(level of the heading or 0, text) of each line."""
    for line, in_code in in_or_out_of_code(content):
        heading = None if in_code else HEADING.match(line)
        yield (len(heading[1]), heading[2]) if heading else (0, line)


def in_or_out_of_code(content: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it stands in fenced code."""
    in_code = False
    for line in content.splitlines():
        in_code ^= bool(FENCED.match(line))
        yield line, in_code

"""What changed between two versions of a document: a unified diff, section by section."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.generation.quality_report import HEADING, in_or_out_of_code

Change = Literal["same", "changed", "added", "removed"]
CONTEXT_LINES = 2
OPENING = "(before the first section)"


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section of either version. `diff`: a unified diff of its lines, empty when they are the same."""

    title: str
    change: Change
    diff: str
    lines_added: int
    lines_removed: int


def compare(old: str, new: str) -> list[SectionChange]:
    """The sections of both versions in the order of the new one; what was removed stands where it stood."""
    before, after = dict(_sections(old)), dict(_sections(new))
    found = []
    matched = difflib.SequenceMatcher(a=list(before), b=list(after), autojunk=False)
    seen: set[str] = set()
    for _, old_from, old_to, new_from, new_to in matched.get_opcodes():
        for title in [*list(before)[old_from:old_to], *list(after)[new_from:new_to]]:
            if title not in seen and (title in after or title in before):
                seen.add(title)
                found.append(_change(title, before.get(title), after.get(title)))
    return found


def _change(title: str, before: list[str] | None, after: list[str] | None) -> SectionChange:
    lines: list[str] = list(difflib.unified_diff(before or [], after or [], "old", "new", lineterm="", n=CONTEXT_LINES))
    added = sum(1 for line in lines[2:] if line.startswith("+"))
    removed = sum(1 for line in lines[2:] if line.startswith("-"))
    change: Change = "added" if before is None else "removed" if after is None else "changed" if lines else "same"
    return SectionChange(title, change, "\n".join(lines), added, removed)


def _sections(content: str) -> Iterator[tuple[str, list[str]]]:
    """(title, lines with the heading) of each section of the second level; one title again gets a number.

    Blank lines at the end of a section are no difference.
    """
    title = OPENING
    lines: list[str] = []
    counted: dict[str, int] = {}
    for line, in_code in in_or_out_of_code(content):
        heading = None if in_code else HEADING.match(line)
        if heading and len(heading[1]) == 2:
            if lines:
                yield title, _without_end(lines)
            name = heading[2]
            counted[name] = counted.get(name, 0) + 1
            title, lines = (name if counted[name] == 1 else f"{name} ({counted[name]})"), []
        lines.append(line)
    if lines:
        yield title, _without_end(lines)


def _without_end(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines

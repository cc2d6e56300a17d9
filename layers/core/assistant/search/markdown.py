"""The outline of a Markdown text: its headings and its fenced code, in one pass over the lines."""

from dataclasses import dataclass

HEADING_LENGTH = 120  # characters kept of one heading
SEPARATOR = " > "


@dataclass(frozen=True)
class Section:
    """Text from `start` up to `end` under one heading; `path` is the headings above it and its own, outermost first."""

    start: int
    end: int
    path: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        return SEPARATOR.join(self.path)


@dataclass(frozen=True)
class Outline:
    """Sections that cover the whole text in order, and the (start, end) of each fenced block."""

    sections: list[Section]
    fences: list[tuple[int, int]]


def outline(text: str) -> Outline:
    """Find headings (`#` and `===`) and fences; what stands in a fence is code, never a heading."""
    sections: list[Section] = []
    fences: list[tuple[int, int]] = []
    titles: list[tuple[int, str]] = []
    start = at = 0
    fence, fence_start = "", 0
    before = ""  # the previous line, to give `===` its title
    before_at = 0
    for line in text.splitlines(keepends=True) if "\n" in text else [text]:
        mark = _fence_mark(line)
        if fence:
            if mark[:1] == fence[:1] and len(mark) >= len(fence) and not line.strip(" \t\n`~"):
                fences.append((fence_start, at + len(line)))
                fence = ""
            before = ""
        elif mark:
            fence, fence_start, before = mark, at, ""
        else:
            level, title, title_at = _heading(line, at, before, before_at)
            if level:
                sections.append(Section(start, title_at, tuple(name for _, name in titles)))
                titles = [(above, name) for above, name in titles if above < level] + [(level, title)]
                start = title_at
            before, before_at = line, at
        at += len(line)
    if fence:
        fences.append((fence_start, at))
    sections.append(Section(start, at, tuple(name for _, name in titles)))
    return Outline([section for section in sections if section.end > section.start], fences)


def _fence_mark(line: str) -> str:
    """The run of backticks or tildes that opens or closes a fence on this line, else an empty string."""
    body = line.lstrip(" \t>")
    if not body.startswith(("```", "~~~")):
        return ""
    run = len(body) - len(body.lstrip(body[0]))
    # Three backticks around words in a line are inline code.
    return "" if body[0] == "`" and "`" in body[run:] else body[:run]


def _heading(line: str, at: int, before: str, before_at: int) -> tuple[int, str, int]:
    """(level, title, where it starts); level 0 when the line makes no heading."""
    body = line.strip()
    if body.startswith("#") and len(line) - len(line.lstrip(" ")) <= 3:
        level = len(body) - len(body.lstrip("#"))
        title = body[level:]
        if level <= 6 and (not title or title[0] in " \t"):
            return level, title.strip().rstrip("#").strip()[:HEADING_LENGTH], at
    # A line of `=` under text is a first-level heading. One of `-` may as well end a table, a list or front matter.
    if len(body) >= 3 and not body.strip("=") and before.strip():
        return 1, before.strip()[:HEADING_LENGTH], before_at
    return 0, "", 0

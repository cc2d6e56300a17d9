"""The few lines of a chunk that show why it was found."""

import re

# Not text in any language; plain_words() and words.py take them out of what is searched.
START, STOP = "\ue000", "\ue001"
OPENED, CLOSED = "⟦", "⟧"
BRACKETS = str.maketrans({OPENED: "[", CLOSED: "]"})
BEFORE, LENGTH, MOST = 60, 200, 3


def highlights(content: str, marked: str) -> list[str]:
    """Up to three stretches of `content`, in order, with what matched between ⟦ and ⟧.

    `marked` is plain_words(content) with START and STOP around what matched. Empty when nothing in the text itself
    did: then the title or the headings were what matched.
    """
    marks = _marks(marked)
    if len(marked) - marked.count(START) - marked.count(STOP) != len(content):
        return []  # PostgreSQL left out a word beyond 2 KB, so the places are not known
    windows: list[tuple[int, int, list[tuple[int, int]]]] = []
    for start, end in marks:
        if windows and end <= windows[-1][1]:
            windows[-1][2].append((start, end))
        else:
            windows.append((*_window(content, start, end), [(start, end)]))
    richest = sorted(windows, key=lambda window: -len(window[2]))[:MOST]
    return [_written(content, *window) for window in sorted(richest)]


def _marks(marked: str) -> list[tuple[int, int]]:
    """Where matches are in the text without the marks."""
    marks, start = [], 0
    for index, mark in enumerate(re.finditer(f"[{START}{STOP}]", marked)):
        place = mark.start() - index
        if mark.group() == START:
            start = place
        else:
            marks.append((start, place))
    return marks


def _window(content: str, start: int, end: int) -> tuple[int, int]:
    """A stretch around a match that begins and ends between words where it can."""
    first = max(0, start - BEFORE)
    last = min(len(content), max(end, first + LENGTH))
    if first > 0 and (space := re.search(r"\s", content[first:start])):
        first += space.end()
    if last < len(content) and (space := re.search(r"\s\S*$", content[end:last])):
        last = end + space.start()
    return first, last


def _written(content: str, first: int, last: int, marks: list[tuple[int, int]]) -> str:
    parts, at = [], first
    for start, end in marks:
        parts += [content[at:start].translate(BRACKETS), OPENED, content[start:end].translate(BRACKETS), CLOSED]
        at = end
    parts.append(content[at:last].translate(BRACKETS))
    text = re.sub(r"\s+", " ", "".join(parts)).strip()
    return ("… " if first > 0 else "") + text + (" …" if last < len(content) else "")

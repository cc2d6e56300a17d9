"""A Markdown text as blocks, and the passages of it that a model may rewrite: code is never among them."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.search.markdown import outline

Kind = Literal["prose", "heading", "code", "table", "raw"]

BLANK = re.compile(r"\n[ \t]*\n")
FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^ {0,3}#{1,6}(?:[ \t]|$)|\n {0,3}(?:=+|-+)[ \t]*$")
TABLE_RULE = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+$", re.MULTILINE)
RAW = re.compile(r"^ {0,3}(?:<[a-zA-Z!/]|\[[^\]]+\]:|(?:[-*_][ \t]*){3,}$)")
WORD = re.compile(r"[^\W\d_]{2,}")

# Where a passage may be cut, and where one change ends: paragraphs, items of lists, sentences.
BREAK = re.compile(
    r"\n[ \t]*\n\s*"
    r"|\n(?=[ \t]*(?:[-*+>]|\d{1,4}[.)])[ \t])"
    r"""|(?:(?<=[.!?…])|(?<=[.!?…][»”"')\]]))\s+(?=\S)"""
)
SIZE = 1000  # bytes of a passage: with its instructions and its answer it fits the smallest model served
FEWEST_WORDS = 4  # below that there is nothing to say better


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, as offsets."""

    start: int
    end: int
    kind: Kind = "prose"


@dataclass(frozen=True, slots=True)
class Passage:
    """What one call to the model is about; `heading` is the path of headings above it."""

    start: int
    end: int
    heading: str


def blocks(text: str) -> list[Span]:
    """The blocks of a text in order; what lies between them is blank."""
    begin = found.end() if (found := FRONT_MATTER.match(text)) else 0
    spans = [Span(0, begin, "raw")] if begin else []
    at = begin
    for start, end in [*outline(text).fences, (len(text), len(text))]:
        if start < at:  # a fence within the front matter
            continue
        spans += _between_fences(text, at, start)
        if end > start:
            spans.append(Span(start, end, "code"))
        at = end
    return spans


def passages(text: str, *, headings: bool = False) -> list[Passage]:
    """What is to be rewritten, each passage of at most SIZE bytes; headings only where asked for."""
    sections = outline(text).sections
    starts = [section.start for section in sections]
    found: list[Passage] = []
    for one in _rewritable(text, headings=headings):
        if len(WORD.findall(text, one.start, one.end)) >= (1 if headings else FEWEST_WORDS):
            section = sections[max(bisect_right(starts, one.start) - 1, 0)]
            found.append(Passage(one.start, one.end, section.heading))
    return found


def pieces(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences and items of lists of a stretch, in order, without the blanks between them."""
    end = len(text) if end is None else end
    found, at = [], start
    for gap in BREAK.finditer(text, start, end):
        found.append(Span(at, gap.start()))
        at = gap.end()
    found.append(Span(at, end))
    return [span for one in found if (span := _trimmed(text, one.start, one.end))]


def _between_fences(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for gap in [*BLANK.finditer(text, start, end), None]:
        stop = gap.start() if gap else end
        if span := _trimmed(text, at, stop):
            yield from _split_heading(text, span)
        at = gap.end() if gap else end


def _split_heading(text: str, span: Span) -> Iterator[Span]:
    """A heading needs no blank line below it, so it may begin a block; the lines after it are one of their own."""
    while re.match(r" {0,3}#{1,6}(?:[ \t]|$)", text[span.start : span.end]):
        stop = text.find("\n", span.start, span.end)
        if stop < 0:
            yield Span(span.start, span.end, "heading")
            return
        yield Span(span.start, stop, "heading")
        rest = _trimmed(text, stop + 1, span.end)
        if rest is None:
            return
        span = rest
    yield Span(span.start, span.end, _kind(text[span.start : span.end]))


def _kind(block: str) -> Kind:
    if HEADING.search(block):
        return "heading"
    if all(line.startswith(("    ", "\t")) for line in block.splitlines()):
        return "code"
    if TABLE_RULE.search(block):
        return "table"
    return "raw" if RAW.match(block) else "prose"


def _rewritable(text: str, *, headings: bool) -> Iterator[Span]:
    """Each block of prose by itself, as it is best understood; one that is too long is cut between its sentences."""
    for block in blocks(text):
        if block.kind == "prose" or (headings and block.kind == "heading"):
            yield from [block] if _fits(text, block.start, block.end) else _packed(text, block)


def _packed(text: str, block: Span) -> Iterator[Span]:
    """As many sentences together as fit."""
    start = end = -1
    for one in _cut(text, block):
        if start >= 0 and not _fits(text, start, one.end):
            yield Span(start, end)
            start = -1
        start, end = (one.start if start < 0 else start), one.end
    if start >= 0:
        yield Span(start, end)


def _cut(text: str, block: Span) -> Iterator[Span]:
    for piece in pieces(text, block.start, block.end):
        at = piece.start
        while not _fits(text, at, piece.end):  # a sentence longer than a passage: at its last blank that fits
            stop = at + len(text[at : piece.end].encode()[:SIZE].decode(errors="ignore"))
            blank = max(text.rfind(" ", at, stop), text.rfind("\n", at, stop))
            stop = blank if blank > at else stop
            yield Span(at, stop)
            at = stop + (blank > at)
            while at < piece.end and text[at].isspace():
                at += 1
        if at < piece.end:
            yield Span(at, piece.end)


def _fits(text: str, start: int, end: int) -> bool:
    return len(text[start:end].encode()) <= SIZE


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Without blank lines before it and blanks behind it; the indentation of its first line stays."""
    stretch = text[start:end].rstrip()
    body = stretch.lstrip()
    if not body:
        return None
    line = stretch.rfind("\n", 0, len(stretch) - len(body)) + 1
    return Span(start + line, start + len(stretch))

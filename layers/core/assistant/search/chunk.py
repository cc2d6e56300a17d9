"""Text into chunks: pieces of text of at most a given size that overlap a little and lose nothing.

A text is cut at the finest places allowed (sentences, lines, whole fenced blocks, at last words) into spans; chunks
are runs of spans. So every character that is not blank is in a chunk, and the work grows with the text only.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.search.markdown import SEPARATOR, Section, outline
from assistant.search.parse import Block

SIZE = 1000
OVERLAP = 200
MERGED_BELOW = 100  # characters; a section this short joins the next one, or a glossary becomes a chunk per word

# Each pattern is linear on any input: no two repetitions that can match the same character.
PARAGRAPH = re.compile(r"\n[ \t]*\n")
SENTENCE = re.compile(
    r"""(?:(?<=[.!?…。！？])|(?<=[.!?…][»”"')\]]))\s+"""  # after a full stop, and a quote that closes behind it
    r"""|\n(?=[ \t]{0,12}(?:[-*+|>]|\d{1,4}[.)]))"""  # before an item of a list, a row of a table, a quotation
)
LINE = re.compile(r"\n")
WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Chunk:
    """`index` counts from 0 through the document; `heading` is the path of headings, as in "Budgets > Holds"."""

    index: int
    heading: str
    content: str


@dataclass(frozen=True)
class Span:
    """A stretch of text that stays whole. `opens` marks the first of a paragraph, a good place to start a chunk."""

    start: int
    end: int
    opens: bool


def chunk_blocks(blocks: Iterable[Block], size: int = SIZE, overlap: int = OVERLAP) -> list[Chunk]:
    """Cut blocks into chunks of at most `size` characters, each repeating up to `overlap` of the one before.

    The overlap is whole sentences or lines, so it may be less. `overlap` is at most half of `size`.
    """
    if not 0 <= overlap <= size // 2:
        raise ValueError("overlap must be between 0 and half of size")
    chunks: list[Chunk] = []
    for block in blocks:
        for heading, start, end in ranges(block, size, overlap):
            chunks.append(Chunk(len(chunks), heading, block.text[start:end]))
    return chunks


def ranges(block: Block, size: int = SIZE, overlap: int = OVERLAP) -> Iterator[tuple[str, int, int]]:
    """(heading, start, end) of each chunk of a block, in order of start."""
    text = block.text
    sections, fences = [Section(0, len(text))], list[tuple[int, int]]()
    if block.shape == "markdown":
        found = outline(text)
        sections, fences = _merged(found.sections, size), found.fences
    for section in sections:
        heading = SEPARATOR.join(filter(None, (block.heading, section.heading)))
        spans = list(_spans(text, section, fences, LINE if block.shape == "lines" else SENTENCE, size, overlap))
        for first, last in _packed(spans, size, overlap):
            yield heading, spans[first].start, spans[last].end


def _merged(sections: list[Section], size: int) -> list[Section]:
    """Join a heading with hardly a text of its own to its first subsection, and short neighbours to each other."""
    merged: list[Section] = []
    gathering = False  # whether the last one is made of short neighbours, and may take more
    for section in sections:
        last = merged[-1] if merged else None
        if last and section.end - last.start <= size and (gathering or _is_short(last)):
            below = not gathering and section.path[: len(last.path)] == last.path
            if below or _is_short(section):
                gathering = not below
                merged[-1] = Section(last.start, section.end, section.path if below else _shared(last, section))
                continue
        gathering = False
        merged.append(section)
    return merged


def _is_short(section: Section) -> bool:
    return section.end - section.start < MERGED_BELOW


def _shared(one: Section, other: Section) -> tuple[str, ...]:
    length = 0
    for mine, theirs in zip(one.path, other.path, strict=False):
        if mine != theirs:
            break
        length += 1
    return one.path[:length]


def _spans(
    text: str, section: Section, fences: list[tuple[int, int]], cut: re.Pattern[str], size: int, overlap: int
) -> Iterator[Span]:
    """Cut a section into spans no longer than `size`, in order, with nothing but blanks between them."""
    at = section.start
    index = bisect_right(fences, (section.start, -1))
    while at < section.end:
        fence = fences[index] if index < len(fences) and fences[index][0] < section.end else None
        if fence is None:
            yield from _prose(text, at, section.end, cut, size, overlap)
            return
        yield from _prose(text, at, fence[0], cut, size, overlap)
        whole = _trimmed(text, *fence)
        if whole and whole[1] - whole[0] <= size:
            yield Span(*whole, opens=True)
        else:
            yield from _prose(text, *fence, LINE, size, overlap)
        at, index = fence[1], index + 1


def _prose(text: str, start: int, end: int, cut: re.Pattern[str], size: int, overlap: int) -> Iterator[Span]:
    for paragraph in _between(PARAGRAPH, text, start, end):
        opens = True
        for piece in _between(cut, text, *paragraph):
            trimmed = _trimmed(text, *piece)
            if trimmed is None:
                continue
            fits = trimmed[1] - trimmed[0] <= size
            for span in [trimmed] if fits else _words(text, *trimmed, min(size, overlap or size)):
                yield Span(*span, opens)
                opens = False


def _between(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in pattern.finditer(text, start, end):
        yield at, match.end()
        at = match.end()
    yield at, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Without blank lines at the start and blanks at the end; the indentation of the first line stays."""
    piece = text[start:end].rstrip()
    body = piece.lstrip()
    if not body:
        return None
    line = piece.rfind("\n", 0, len(piece) - len(body)) + 1
    return start + line, start + len(piece)


def _words(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Runs of words of at most `size`; a longer word is cut. Small runs, so that an overlap can be made of them."""
    first = last = -1
    for word in WORD.finditer(text, start, end):
        for piece in range(word.start(), word.end(), size):
            piece_end = min(piece + size, word.end())
            if first >= 0 and piece_end - first > size:
                yield first, last
                first = -1
            first, last = (piece if first < 0 else first), piece_end
    if first >= 0:
        yield first, last


def _packed(spans: list[Span], size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """(first, last) span of each chunk. Every chunk brings at least one span that no chunk before it had."""
    first = fresh = 0
    while fresh < len(spans):
        last = fresh
        while last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= size:
            last += 1
        if last + 1 < len(spans):
            last = _better_end(spans, first, fresh, last, size)
        yield first, last
        fresh, previous = last + 1, first
        if fresh < len(spans):
            first = fresh
            while (
                first - 1 > previous
                and spans[last].end - spans[first - 1].start <= overlap
                and spans[fresh].end - spans[first - 1].start <= size
            ):
                first -= 1


def _better_end(spans: list[Span], first: int, fresh: int, last: int, size: int) -> int:
    """End before the latest paragraph that starts in the second half of the chunk, else where it is full."""
    for index in range(last + 1, fresh, -1):
        if spans[index].start - spans[first].start < size // 2:
            break
        if spans[index].opens:
            return index - 1
    return last

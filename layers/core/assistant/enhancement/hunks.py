"""Changes of a text as hunks: found by comparing sentences, checked, applied by their offsets."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.enhancement.blocks import Span, pieces
from assistant.enhancement.structure import broken

ALIKE = 0.4  # of the words of two sentences, before one is taken for the other rewritten
Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Hunk:
    """`before` is the text's part from `start` to `end`. `dropped` says why it is not offered; none when it is."""

    start: int
    end: int
    before: str
    after: str
    dropped: str | None = None


def compare(text: str, start: int, end: int, rewritten: str, *, preserve_structure: bool) -> list[Hunk]:
    """The hunks that turn a stretch of the text into what was written for it, in order.

    Where a sentence alone loses what another one gained, the passage is one hunk; what breaks the structure even then
    is dropped.
    """
    found = list(_changes(text, start, end, rewritten))
    if not preserve_structure or not any(broken(hunk.before, hunk.after) for hunk in found):
        return found
    first, last = found[0].start, found[-1].end
    applied = apply(text, found)
    whole, after = text[first:last], applied[first : len(applied) - (len(text) - last)]
    if not broken(whole, after):
        return [Hunk(first, last, whole, after)]
    return [
        Hunk(hunk.start, hunk.end, hunk.before, hunk.after, "; ".join(broken(hunk.before, hunk.after)) or None)
        for hunk in found
    ]


def apply(text: str, hunks: Iterable[Hunk]) -> str:
    """The text with these hunks applied; they do not overlap."""
    parts, at = [], 0
    for hunk in sorted(hunks, key=lambda hunk: hunk.start):
        parts += [text[at : hunk.start], hunk.after]
        at = hunk.end
    return "".join([*parts, text[at:]])


def _changes(text: str, start: int, end: int, rewritten: str) -> list[Hunk]:
    old, new = pieces(text, start, end), pieces(rewritten)
    if not old or not new:
        return []
    was = [_plain(text, span) for span in old]
    now = [_plain(rewritten, span) for span in new]
    hunks: list[Hunk] = []
    for kind, i, i_end, j, j_end in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "replace":
            parts = _matched(was, now, i, i_end, j, j_end)
        else:
            parts = [] if kind == "equal" else [(i, i_end, j, j_end)]
        for i, i_end, j, j_end in parts:
            if i == i_end:  # belongs to its neighbour, so that each hunk has a place of its own
                hunks.append(_with_more(text, old, rewritten, new, i, j, j_end))
            elif j == j_end:
                hunks.append(_without(text, old, i, i_end, end))
            else:
                hunks.append(_hunk(text, old[i], old[i_end - 1], rewritten[new[j].start : new[j_end - 1].end]))
    return [hunk for hunk in hunks if hunk.before != hunk.after]


def _matched(was: list[str], now: list[str], i: int, i_end: int, j: int, j_end: int) -> list[Range]:
    """Sentences that were rewritten with those that they became, the most alike first; the rest as it lies between."""
    pairs = [
        (SequenceMatcher(None, was[n].split(), now[m].split(), autojunk=False).ratio(), n, m)
        for n in range(i, i_end)
        for m in range(j, j_end)
    ]
    alike, n, m = max(pairs, key=lambda pair: pair[0], default=(0.0, i, j))
    if alike < ALIKE:
        return [(i, i_end, j, j_end)]
    before = _matched(was, now, i, n, j, m) if i < n else []
    after = _matched(was, now, n + 1, i_end, m + 1, j_end) if n + 1 < i_end else []
    # What came anew beside it, and has no sentence of its own to stand for, goes with it.
    return [*before, (n, n + 1, m if before else j, m + 1 if after else j_end), *after]


def _with_more(text: str, old: list[Span], rewritten: str, new: list[Span], i: int, j: int, j_end: int) -> Hunk:
    added = rewritten[new[j].start : new[j_end - 1].end]
    if i:
        gap, own = rewritten[new[j - 1].end : new[j].start], old[i - 1]
        return _hunk(text, own, own, text[own.start : own.end] + gap + added)
    gap, own = rewritten[new[j_end - 1].end : new[j_end].start], old[0]
    return _hunk(text, own, own, added + gap + text[own.start : own.end])


def _hunk(text: str, first: Span, last: Span, after: str) -> Hunk:
    return Hunk(first.start, last.end, text[first.start : last.end], after)


def _without(text: str, old: list[Span], i: int, i_end: int, end: int) -> Hunk:
    """Sentences that go take the blanks behind them along, or those before them at the end."""
    if i_end < len(old):
        start, stop = old[i].start, old[i_end].start
    else:
        start, stop = (old[i - 1].end if i else old[i].start), end
    return Hunk(start, stop, text[start:stop], "")


def _plain(text: str, span: Span) -> str:
    return " ".join(text[span.start : span.end].split())

"""What a change must not touch: headings, lists, tables, links, code and numbers, compared as they were and are."""

import re
from collections import Counter

CODE_FENCE = re.compile(r"^[ \t>]*(?:```|~~~).*$", re.MULTILINE)
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
HEADING = re.compile(r"^ {0,3}(#{1,6})(?=[ \t]|$)", re.MULTILINE)
ITEM = re.compile(r"^([ \t]*(?:[-*+>]|\d{1,4}[.)]))[ \t]+", re.MULTILINE)
TABLE_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
LINK = re.compile(r"\]\(\s*<?([^)>\s]+)|(https?://[^\s)>\]]+)|\]\[([^\]]*)\]|(\[\^[^\]]+\])")
NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,:]\d+)*")


def broken(before: str, after: str) -> list[str]:
    """What `after` lost of `before`'s structure or invented, a line each; empty when it is kept."""
    was, now = _parts(before), _parts(after)
    found = []
    for part, had in was.items():
        has = now[part]
        if lost := had - has:
            found.append(f"{part} lost: {_listed(lost)}")
        if made := has - had:
            found.append(f"{part} invented: {_listed(made)}")
    return found


def _parts(text: str) -> dict[str, Counter[str]]:
    links = Counter(next(filter(None, groups), "").rstrip(".,;") for groups in LINK.findall(text))
    code = Counter(content.strip() for _, content in INLINE_CODE.findall(text))
    # What stands in code, links and marks of lists is compared there and as it is, so its digits are no numbers here.
    plain = ITEM.sub(" ", LINK.sub(" ", INLINE_CODE.sub(" ", text)))
    return {
        "headings": Counter(HEADING.findall(text)),
        "code fences": Counter(CODE_FENCE.findall(text)),
        "code": code,
        "links": links,
        "list items": Counter(re.sub(r"\d+", "1", mark) for mark in ITEM.findall(text)),
        "table rows": Counter({"row": rows} if (rows := len(TABLE_ROW.findall(text))) else {}),
        "numbers": Counter(NUMBER.findall(plain)),
    }


def _listed(parts: Counter[str]) -> str:
    return ", ".join(sorted(parts)[:5])

"""Tables and listings in Markdown, of text that may hold anything."""

import re
from collections.abc import Sequence
from typing import Any

from assistant.documentation.code.structure import CodeFile, Function

MOST_ROWS = 100
MARKUP = re.compile(r"([\\`*_\[\]<>#|])")
CALLED = re.compile(r"[A-Za-z_]\w*")
FENCES = {"csharp": "cs", "tsx": "ts", "typescript": "ts", "javascript": "js"}


def escaped(text: str) -> str:
    """The text so that it shows as it is written; paragraphs stay."""
    return MARKUP.sub(r"\\\1", text)


def first_line(text: str) -> str:
    """The first line of a docstring."""
    return next(iter(text.strip().splitlines()), "")


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table; code in back quotes stays code, everything else is escaped."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def limited(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """A table of the first rows, and how many more there are."""
    parts = [table(head, rows[:MOST_ROWS])]
    return [*parts, f"… and {len(rows) - MOST_ROWS} more."] if len(rows) > MOST_ROWS else parts


def definitions(file: CodeFile, *, everything: bool, examples: bool) -> list[str]:
    """The types and functions of a file, each with its signature as it is written."""
    fence = FENCES.get(file.language, file.language)
    parts = []
    for one in file.types:
        if everything or one.is_public:
            parts += [f"#### {escaped(one.name)}", _code(one.signature, fence), *_author(one.docstring)]
    for function in file.functions:
        if everything or function.is_public:
            parts += [
                f"#### {escaped(function.qualified)}",
                _code(function.signature, fence),
                *_author(function.docstring),
            ]
            parts.append(
                f"{file.path}:{function.line}, cyclomatic complexity {function.complexity}".replace("_", r"\_")
            )
            if examples and (example := call_of(function, file.language)):
                parts.append(f"A call:\n\n{_code(example, fence)}")
    return parts


def call_of(function: Function, language: str) -> str:
    """A call with the parameters' own names, which whoever copies it fills in. Python only, where a signature tells."""
    if language != "python" or function.name.startswith("__"):
        return ""
    inside = function.signature.partition("(")[2].rpartition(")")[0].split(") ->")[0]
    names, depth, start, keyword = [], 0, 0, False
    pieces = []
    for index, character in enumerate(inside):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            pieces.append(inside[start:index])
            start = index + 1
    for piece in [*pieces, inside[start:]]:
        text = piece.strip()
        if text in ("", "/", "self", "cls"):
            continue
        if text.startswith("*"):
            keyword = keyword or not text.startswith("**")
            continue
        match = CALLED.match(text)
        if match and "=" not in text:
            names.append(f"{match[0]}={match[0]}" if keyword else match[0])
    called = f"{function.owner.rpartition('.')[2].lower()}.{function.name}" if function.owner else function.name
    return f"{'await ' if function.is_async else ''}{called}({', '.join(names)})"


def _author(docstring: str) -> list[str]:
    return [escaped(docstring)] if docstring else []


def _code(text: str, fence: str) -> str:
    return f"```{fence}\n{text.replace('```', '` ` `')}\n```"


def _cell(value: Any) -> str:
    text = " ".join(str(value).split())
    if len(text) > 2 and text[0] == text[-1] == "`" and "`" not in text[1:-1]:
        return text.replace("|", r"\|")
    return escaped(text)

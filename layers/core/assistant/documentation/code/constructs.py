"""Patterns of a code base that can be told from its text with certainty: what is written, and where."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.documentation.code.structure import CodeFile, Function, Type

PLACES = 10  # of each construct, shown


@dataclass(frozen=True)
class Construct:
    """A way of writing that occurs `count` times; `places` are the first of them as path:line."""

    name: str
    count: int
    places: tuple[str, ...]


FunctionRule = Callable[[CodeFile, Function, str], bool]
TypeRule = Callable[[CodeFile, Type, str], bool]
ROUTE = re.compile(
    r"@\w*(?:router|app|api|blueprint|bp)\.(?:get|post|put|patch|delete|route|websocket)\b"
    r"|@(?:Get|Post|Put|Patch|Delete|Request)Mapping\b|\[Http(?:Get|Post|Put|Patch|Delete)\b"
)
FUNCTIONS: dict[str, FunctionRule] = {
    "asynchronous functions": lambda file, function, text: function.is_async,
    "generators": lambda file, function, text: bool(re.search(r"\byield\b", text)),
    "recursion": lambda file, function, text: bool(
        re.search(rf"(?<![\w.]){re.escape(function.name)}\s*\(", text.partition("\n")[2])
    ) and not function.owner,
    "route handlers": lambda file, function, text: bool(ROUTE.search(text)),
    "context managers": lambda file, function, text: "@contextmanager" in text or function.name == "__enter__",
    "tests": lambda file, function, text: bool(re.match(r"test_|Test[A-Z]", function.name)) or "@Test" in text,
}  # fmt: skip
TYPES: dict[str, TypeRule] = {
    "data classes": lambda file, one, text: "@dataclass" in text or one.signature.startswith("data class")
    or one.kind == "record" or "BaseModel" in one.bases,
    "abstract types": lambda file, one, text: bool(re.search(r"\babstract\b", one.signature))
    or bool({"ABC", "Protocol"} & set(one.bases)) or one.kind in ("interface", "trait"),
    "enumerations": lambda file, one, text: one.kind == "enum" or any(base.endswith("Enum") for base in one.bases),
    "exceptions": lambda file, one, text: any(re.search(r"(?:Exception|Error)$", base) for base in one.bases),
    "inheritance": lambda file, one, text: bool(one.bases),
}  # fmt: skip


def constructs(files: Sequence[CodeFile]) -> list[Construct]:
    """What occurs, the most frequent first."""
    places: dict[str, list[str]] = {}
    for file in files:
        for name, line in _of(file):
            places.setdefault(name, []).append(f"{file.path}:{line}")
    found = [Construct(name, len(where), tuple(where[:PLACES])) for name, where in places.items()]
    return sorted(found, key=lambda construct: (-construct.count, construct.name))


def _of(file: CodeFile) -> Iterator[tuple[str, int]]:
    lines = file.text.splitlines()
    for function in file.functions:
        text = _with_decorators(lines, function.line, function.end_line)
        yield from ((name, function.line) for name, rule in FUNCTIONS.items() if rule(file, function, text))
    for one in file.types:
        text = _with_decorators(lines, one.line, one.line)
        yield from ((name, one.line) for name, rule in TYPES.items() if rule(file, one, text))


def _with_decorators(lines: list[str], first: int, last: int) -> str:
    start = first - 1
    while start > 0 and lines[start - 1].lstrip().startswith(("@", "[", "#[")):
        start -= 1
    return "\n".join(lines[start:last])

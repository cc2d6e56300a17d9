"""What a parser finds in a file of code."""

from dataclasses import dataclass, field


@dataclass
class Function:
    """A function, method, procedure or trigger. `owner` is the type it belongs to; lines count from 1.

    `complexity` is cyclomatic: 1 and one more for each branch, loop, case, handler, and each `and` or `or`.
    """

    name: str
    owner: str
    signature: str
    docstring: str
    line: int
    end_line: int
    is_public: bool
    is_async: bool = False
    complexity: int = 1
    deepest_loop: int = 0

    @property
    def qualified(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name


@dataclass
class Type:
    """A class, interface, struct, enum, trait, table or view. `references` are tables that its foreign keys name."""

    name: str
    kind: str
    signature: str
    docstring: str
    line: int
    end_line: int
    is_public: bool
    bases: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Import:
    """`module` as it is written, without quotes."""

    module: str
    line: int


@dataclass(frozen=True)
class Call:
    """A call in the text. `dynamic`: an argument is put together from parts. `loops`: how many loops are around it."""

    name: str
    arguments: str
    line: int
    loops: int
    dynamic: bool
    in_async: bool


@dataclass(frozen=True)
class Remark:
    """What a reader should look at. `source`: bandit, or assistant for rules of our own."""

    path: str
    line: int
    rule: str
    severity: str
    message: str
    source: str = "assistant"


@dataclass
class CodeFile:
    """A file that was parsed. `syntax_errors`: places that the grammar could not read; the rest still counts."""

    path: str
    language: str
    text: str
    lines: int
    docstring: str = ""
    functions: list[Function] = field(default_factory=list)
    types: list[Type] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    concatenations: list[int] = field(default_factory=list)  # lines where text grows inside a loop
    syntax_errors: int = 0

"""Every SQL text of the deployed code, with what f-strings put in. A text that cannot be told from the code is a
finding: it might say anything.

A module that composes statements names all of them in a dictionary STATEMENTS, and a call takes one by its key.
"""

import ast
import importlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tests.architecture.source import Source

RUNNERS = {"run", "one", "run_and_commit"}
STATEMENT = re.compile(
    r"\s*(/\*.*?\*/\s*)?(select\s|insert\s+into\s|update\s+\w+.*\sset\s|delete\s+from\s|with\s+\w+\s+as\s)", re.I | re.S
)
DRIVERS = {"execute", "execute_simple", "execute_unnamed", "executemany"}
MECHANISM = "assistant.platform.db"  # runs what it is given; its own statements are BEGIN, COMMIT and the journal


class Unknown(Exception):
    """This text is made from what is not constant."""


@dataclass(frozen=True)
class Sql:
    """One text that may be sent; a call whose f-string has alternatives has several."""

    place: str
    text: str

    def __str__(self) -> str:
        return self.place


class Texts:
    """The texts of a set of sources, and what could not be read."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = [source for source in sources if not source.module.startswith(MECHANISM)]
        self._constants = {source.module: _constants(source) for source in sources}
        self.found: list[Sql] = []
        self.unreadable: list[str] = []
        for source in self.sources:
            self._read(source)

    def _read(self, source: Source) -> None:
        file = _File(source, self._constants)
        seen: set[int] = set()
        for call in file.calls:
            place = f"{source.path}:{call.lineno}"
            if isinstance(call.func, ast.Attribute) and call.func.attr in DRIVERS and call.args:
                self.unreadable.append(f"{place}: {call.func.attr} is the driver's. Use a unit of work, which binds.")
            # A statement is the one argument by position, and its parameters are named.
            if not (isinstance(call.func, ast.Attribute) and call.func.attr in RUNNERS and len(call.args) == 1):
                continue
            seen.update(id(node) for node in ast.walk(file.origin(call.args[0])))
            try:
                self.found += [Sql(place, text) for text in file.alternatives(call.args[0])]
            except Unknown as error:
                self.unreadable.append(
                    f"{place}: {error} in the SQL is not constant. Bind it as a parameter, or name a constant."
                )
        self.unreadable += [
            f"{source.path}:{node.lineno}: this SQL is given to none of {', '.join(sorted(RUNNERS))}: no rule sees it"
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and STATEMENT.match(node.value)
            and id(node) not in seen
            and id(node) not in file.docstrings
            and not any(node.value in text for text in file.composed(source.module))
        ]


def _constants(source: Source) -> dict[str, ast.expr]:
    """The values that the module's top level gives to names."""
    return {
        target.id: node.value
        for node in source.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


class _File:
    """Resolves the names of one file, across the modules that they were imported from."""

    def __init__(self, source: Source, constants: Mapping[str, Mapping[str, ast.expr]]) -> None:
        self._source, self._constants = source, constants
        self._own = constants[source.module]

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self._source.tree) if isinstance(node, ast.Call)]

    @cached_property
    def docstrings(self) -> set[int]:
        return {
            id(node.body[0].value)
            for node in ast.walk(self._source.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }

    @cached_property
    def _imported(self) -> dict[str, ast.expr]:
        """Constants of other modules, by their name here."""
        found = {}
        for node in ast.walk(self._source.tree):
            if isinstance(node, ast.ImportFrom) and node.module in self._constants:
                for name in node.names:
                    if value := self._constants[node.module].get(name.name):
                        found[name.asname or name.name] = value
        return found

    @cached_property
    def _functions(self) -> dict[int, ast.FunctionDef | ast.AsyncFunctionDef]:
        """The innermost function around each node."""
        owner: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        for function in ast.walk(self._source.tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    owner[id(node)] = function  # ast.walk goes outside in, so the innermost one stays
        return owner

    def origin(self, node: ast.expr) -> ast.expr:
        """The expression behind a name."""
        return self._own.get(node.id, node) if isinstance(node, ast.Name) else node

    def composed(self, module: str) -> list[str]:
        """The statements that a module names in STATEMENTS, as they are when it is imported."""
        if "STATEMENTS" not in self._constants.get(module, {}):
            return []
        return list(importlib.import_module(module).STATEMENTS.values())

    @cached_property
    def _modules(self) -> dict[str, str]:
        """Modules that were imported by name, by their name here."""
        return {
            name.asname or name.name: f"{node.module}.{name.name}"
            for node in ast.walk(self._source.tree)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
        }

    def alternatives(self, node: ast.expr) -> Iterator[str]:
        """Every text that the expression may be."""
        match node:
            case ast.Constant(value=str() as text):
                yield text
            case ast.JoinedStr(values=values):
                for parts in itertools.product(*([*self.alternatives(value)] for value in values)):
                    yield "".join(parts)
            case ast.FormattedValue(value=value):
                yield from self.alternatives(value)
            case ast.IfExp(body=body, orelse=orelse):
                yield from self.alternatives(body)
                yield from self.alternatives(orelse)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                yield from map("".join, itertools.product(self.alternatives(left), self.alternatives(right)))
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="STATEMENTS")):
                yield from self.composed(self._modules.get(name, ""))
            case ast.Name(id=name) if name in self._own or name in self._imported:
                yield from self.alternatives(self._own.get(name) or self._imported[name])
            case ast.Name():
                yield from self._arguments(node)
            case _:
                raise Unknown(ast.unparse(node))

    def _arguments(self, name: ast.Name) -> Iterator[str]:
        """What this file's calls pass for a parameter."""
        function = self._functions.get(id(name))
        if function is None or not function.name.startswith("_"):  # others may be called from anywhere
            raise Unknown(name.id)
        names = [argument.arg for argument in function.args.args]
        if name.id not in names:
            raise Unknown(name.id)
        index = names.index(name.id) - (names[0] == "self")
        passed = []
        for call in self.calls:
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
            if called == function.name:
                keyword = next((item.value for item in call.keywords if item.arg == name.id), None)
                passed.append(keyword if keyword is not None else call.args[index])
        if not passed:
            raise Unknown(name.id)
        for value in passed:
            yield from self.alternatives(value)

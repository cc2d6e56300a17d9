"""One name everywhere, words that say something, files of a readable length. A line for each thing that is wrong."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from tests.architecture.source import Source

FORBIDDEN = {"util", "helper", "common", "manager", "processor", "enhanced", "optimized"}
LONGEST = 250  # lines
SHORTEST_WAITS = 0.2  # seconds between two looks at what a test waits for
METHODS = {"get", "post", "put", "patch", "delete"}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def one_route_of_the_same_name(functions: Iterable[Source]) -> list[str]:
    """An endpoint's file, function and operationId have one name, and its docstring begins with the route."""
    found = []
    for source in functions:
        routes = list(_routes(source))
        if not routes and not any(
            isinstance(node, ast.Name) and node.id == "APIRouter" for node in ast.walk(source.tree)
        ):
            continue
        if len(routes) != 1:
            found.append(f"{source.path} has {len(routes)} routes: one file is one function with one route")
        for name, route in routes:
            if name != source.stem:
                found.append(f"{source.path} serves {name}: call the function {source.stem}, it is the operationId")
            if not (ast.get_docstring(source.tree) or "").startswith(f"{route}: "):
                found.append(f"{source.path}: begin its docstring with `{route}: ` and what it does, for openapi.json")
    return found


def _routes(source: Source) -> Iterator[tuple[str, str]]:
    """(function, "METHOD /path") of each."""
    for node in ast.walk(source.tree):
        for decorator in getattr(node, "decorator_list", []):
            match decorator:
                case ast.Call(func=ast.Attribute(attr=method), args=[ast.Constant(value=str() as path), *_]):
                    if method in METHODS and path.startswith("/"):
                        yield node.name, f"{method.upper()} {path}"  # type: ignore[attr-defined]


def functions_have_tests(functions: Iterable[Source], tests: Iterable[Source]) -> list[str]:
    """tests/functions/<area>/test_<stem>.py for each function, perhaps test_<stem>_<aspect>.py, and nothing else."""
    wanted = {f"tests/{PurePosixPath(source.path).parent}/test_{source.stem}": source.path for source in functions}
    there = {test.path.removesuffix(".py") for test in tests if test.stem.startswith("test_")}
    there = {test for test in there if test.startswith("tests/functions/")}
    missing = [f"{path} has no test: write {test}.py" for test, path in wanted.items() if test not in there]
    return missing + [
        f"{test}.py mirrors no function: name it after the one it tests"
        for test in sorted(there)
        if not any(test == name or test.startswith(f"{name}_") for name in wanted)
    ]


def words_say_something(sources: Iterable[Source]) -> list[str]:
    """No module, class or function is called by a word that fits everything."""
    found = []
    for source in sources:
        names = [(1, step) for step in source.module.split(".")]
        names += [(node.lineno, node.name) for node in ast.walk(source.tree) if isinstance(node, Definition)]
        found += [
            f"{source.path}:{line}: {name} says {word.lower()}. Name what it does or holds."
            for line, name in names
            for word in WORD.findall(name)
            if word.lower() in FORBIDDEN or word.lower().removesuffix("s") in FORBIDDEN
        ]
    return found


def modules_say_what_they_are(sources: Iterable[Source]) -> list[str]:
    """Each module begins with a docstring of a sentence."""
    return [
        f"{source.path} has no docstring: begin it with a sentence on what it is for"
        for source in sources
        if len((ast.get_docstring(source.tree) or "").split()) < 2
    ]


def files_are_short(sources: Iterable[Source]) -> list[str]:
    """A file that has grown too long does more than one thing."""
    return [
        f"{source.path} has {lines} lines, over {LONGEST}: split it by what its parts are for"
        for source in sources
        if (lines := len(source.text.splitlines())) > LONGEST
    ]


def waits_look_often(tests: Sequence[Source]) -> list[str]:
    """A test waits for what it waits for, looking often. Where time itself is meant, a comment on the line says so."""
    found = []
    for source in tests:
        lines = source.text.splitlines()
        looking = {
            id(node)
            for loop in ast.walk(source.tree)
            if isinstance(loop, ast.While | ast.For)
            for node in ast.walk(loop)
        }
        for node in ast.walk(source.tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="time"), attr="sleep") | ast.Name(id="sleep"), args=[how_long]
                ):
                    often = isinstance(how_long, ast.Constant) and how_long.value <= SHORTEST_WAITS
                    if not (id(node) in looking and often) and " # " not in lines[node.lineno - 1]:
                        found.append(
                            f"{source.path}:{node.lineno} sleeps: look for what it waits for until a deadline, "
                            "or say in a comment on the line why time has to pass"
                        )
    return found

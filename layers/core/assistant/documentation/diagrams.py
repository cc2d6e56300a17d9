"""Diagrams of code, from what the parser found: types with their methods, and which file imports which."""

from collections import Counter

from assistant.documentation.analysis import Analysis
from assistant.documentation.code.structure import Function, Type
from assistant.documentation.mermaid import label, problems

MOST_TYPES, MOST_METHODS, MOST_FILES, MOST_PACKAGES = 30, 8, 40, 12
NAMELESS = frozenset('(){}[]<>:;|`" \t')


def class_diagram(analysis: Analysis) -> str:
    """Types, what they inherit and what their foreign keys name; empty when there are no types.

    The largest ones when there are more than fit a page.
    """
    methods: dict[tuple[str, str], list[Function]] = {}
    for file, function in analysis.functions:
        if function.owner:
            methods.setdefault((file.path, function.owner), []).append(function)
    types = sorted(analysis.types, key=lambda pair: pair[1].line - pair[1].end_line)[:MOST_TYPES]
    types.sort(key=lambda pair: (pair[0].path, pair[1].line))
    if not types:
        return ""
    ids = {(file.path, one.name, one.line): f"T{number}" for number, (file, one) in enumerate(types, 1)}
    by_name: dict[str, str] = {}
    for (_, name, _), identity in ids.items():
        by_name.setdefault(name, identity)
        by_name.setdefault(name.rpartition(".")[2], identity)
    lines = ["classDiagram"]
    for file, one in types:
        own = methods.get((file.path, one.name), [])
        lines += _type_lines(ids[file.path, one.name, one.line], one, own)
    for file, one in types:
        here = ids[file.path, one.name, one.line]
        for base in one.bases:
            there = by_name.get(base) or by_name.get(base.rpartition(".")[2])
            if there and there != here:
                lines.append(f"    {there} <|-- {here}")
        for table in one.references:
            if (there := by_name.get(table)) and there != here:
                lines.append(f"    {here} --> {there}")
    return _checked(lines)


def _type_lines(identity: str, one: Type, methods: list[Function]) -> list[str]:
    lines = [f"    class {identity}[{label(one.name)}] {{"]
    if one.kind != "class":
        lines.append(f"        <<{one.kind}>>")
    named = [method for method in methods if not NAMELESS & set(method.name)]
    lines += [f"        {'+' if method.is_public else '-'}{method.name}()" for method in named[:MOST_METHODS]]
    return [*lines, "    }"]


def dependency_diagram(analysis: Analysis) -> str:
    """Which file imports which, and the packages that most files import; empty when nothing imports anything.

    The files with the most arrows when there are more than fit a page.
    """
    degree: Counter[str] = Counter(path for pair in analysis.dependencies.inside for path in pair)
    shown = {path for path, _ in degree.most_common(MOST_FILES)}
    packages = list(analysis.dependencies.outside)[:MOST_PACKAGES]
    importers = {
        package: [file.path for file in analysis.files if any(_is_of(one.module, package) for one in file.imports)]
        for package in packages
    }
    if len(analysis.files) <= MOST_FILES:
        shown |= {path for paths in importers.values() for path in paths}
    ids = {path: f"F{number}" for number, path in enumerate(sorted(shown), 1)}
    lines = ["flowchart LR"] + [f"    {identity}[{label(path)}]" for path, identity in ids.items()]
    arrows = [f"    {ids[a]} --> {ids[b]}" for a, b in analysis.dependencies.inside if a in ids and b in ids]
    for number, package in enumerate(packages, 1):
        targets = [ids[path] for path in importers[package] if path in ids]
        if targets:
            lines.append(f"    P{number}([{label(package)}])")
            arrows += [f"    {target} -.-> P{number}" for target in targets]
    return _checked(lines + arrows) if arrows else ""


def _is_of(module: str, package: str) -> bool:
    return module == package or module.lstrip(".").startswith(
        (f"{package}.", f"{package}/", f"{package}::", f"{package}\\")
    )


def _checked(lines: list[str]) -> str:
    diagram = "\n".join(lines)
    return "" if problems(diagram) else diagram

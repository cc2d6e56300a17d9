"""Puts the document together: what the parser found in tables and diagrams, and the model's text beside it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.documentation import tables
from assistant.documentation.analysis import COMPLEX, Analysis
from assistant.documentation.diagrams import class_diagram, dependency_diagram
from assistant.documentation.kinds import KINDS
from assistant.documentation.plan import Piece, Plan
from assistant.documentation.request import DocumentationTask

HEADING = re.compile(r"^\s{0,3}(#{1,6}\s+|(?:=|-){3,}\s*$)", re.MULTILINE)
FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
WHOLE_SENTENCES = re.compile(r".*[.!?…](?=[\s\"')\]]|$)", re.DOTALL)


@dataclass
class Written:
    """What the model wrote: of the whole, and of each piece in the plan's order."""

    model: str = ""
    provider: str = ""
    texts: list[str] = field(default_factory=list)


def clean(text: str, *, cut_off: bool) -> str:
    """The model's text as prose: without headings, fences and markup of its own, without a half sentence at its end."""
    text = FENCE.sub("", HEADING.sub("", text)).strip()
    if cut_off and (whole := WHOLE_SENTENCES.match(text)):
        text = whole.group(0)
    return re.sub(r"\n{3,}", "\n\n", text.replace("<", "&lt;")).strip()


def render(task: DocumentationTask, analysis: Analysis, plan: Plan, written: Written) -> str:
    """The whole document in Markdown. Everything but the marked paragraphs comes from the parser."""
    kind = KINDS[task.documentation_type]
    parts: dict[str, Callable[[], list[str]]] = {
        "overview": lambda: _overview(analysis, written),
        "entry_points": lambda: _entry_points(analysis),
        "architecture": lambda: _architecture(task, analysis),
        "types": lambda: _types(task, analysis),
        "reference": lambda: _reference(task, analysis, plan, written, everything=False),
        "internals": lambda: _reference(task, analysis, plan, written, everything=True),
        "undocumented": lambda: _undocumented(analysis),
        "complexity": lambda: _complexity(analysis),
        "performance": lambda: _remarks("Performance", analysis.performance, "No rule of thumb found anything."),
        "security": lambda: _remarks("Security", analysis.security, "No rule found anything, which proves nothing."),
    }
    body = [paragraph for part in kind.parts for paragraph in parts[part]()]
    return (
        "\n\n".join(
            [f"# {kind.title}: {tables.escaped(task.name)}", _byline(task, plan, written), *body, *_left_out(analysis)]
        )
        + "\n"
    )


def _byline(task: DocumentationTask, plan: Plan, written: Written) -> str:
    return (
        f"*Structure, tables and diagrams come from the parser. Paragraphs that begin with ✎ were written by the model "
        f"{written.model} ({written.provider}), which was shown {plan.shown} of {plan.lines} lines, for "
        f"{task.target_audience}; read them critically.*"
    )


def _said(text: str) -> list[str]:
    return [f"✎ {text}"] if text else []


def _overview(analysis: Analysis, written: Written) -> list[str]:
    share = analysis.documented_share
    facts = [
        ("Files", len(analysis.files)),
        ("Lines", sum(file.lines for file in analysis.files)),
        ("Languages", ", ".join(f"{name} ({lines})" for name, lines in analysis.languages.items())),
        ("Functions", len(analysis.functions)),
        ("Types", len(analysis.types)),
        ("Average cyclomatic complexity", analysis.average_complexity),
        ("Public definitions with a docstring", "none are public" if share is None else f"{share:.0%}"),
    ]
    return ["## Overview", *_said(written.texts[0]), tables.table(("What", "How much"), facts)]


def _entry_points(analysis: Analysis) -> list[str]:
    rows = [
        (f"`{function.qualified}`", f"{file.path}:{function.line}", tables.first_line(function.docstring))
        for file, function in analysis.functions
        if function.name in ("main", "handler", "run", "Main")
    ]
    for construct in analysis.constructs:
        if construct.name == "route handlers":
            rows += [("route handler", place, "") for place in construct.places]
    importers = {target for _, target in analysis.dependencies.inside}
    tops = [file.path for file in analysis.files if file.path not in importers and file.functions]
    rows += [(f"`{path}`", path, "no other file imports it") for path in tops[:20] if len(analysis.files) > 1]
    if not rows:
        return ["## Entry points", "Nothing is marked as run by itself: the code is called from elsewhere."]
    return ["## Entry points", tables.table(("What", "Where", "Remark"), rows)]


def _architecture(task: DocumentationTask, analysis: Analysis) -> list[str]:
    parts = ["## Structure and dependencies"]
    if task.include_diagrams and (diagram := dependency_diagram(analysis)):
        parts.append(f"```mermaid\n{diagram}\n```")
    if analysis.dependencies.outside:
        rows = [(f"`{name}`", count) for name, count in list(analysis.dependencies.outside.items())[:40]]
        parts.append(tables.table(("From outside", "Files that import it"), rows))
    if analysis.constructs:
        rows = [(one.name, one.count, ", ".join(one.places[:3])) for one in analysis.constructs]
        parts.append(tables.table(("Pattern", "Times", "For example"), rows))
    return parts if len(parts) > 1 else [*parts, "The code imports nothing."]


def _types(task: DocumentationTask, analysis: Analysis) -> list[str]:
    if not analysis.types:
        return []
    parts = ["## Types"]
    if task.include_diagrams and (diagram := class_diagram(analysis)):
        parts.append(f"```mermaid\n{diagram}\n```")
    rows = [
        (f"`{one.name}`", one.kind, ", ".join(one.bases + one.references), f"{file.path}:{one.line}",
         tables.first_line(one.docstring))
        for file, one in analysis.types
    ]  # fmt: skip
    return [*parts, tables.table(("Type", "Kind", "Built on", "Where", "What its author says"), rows)]


def _reference(
    task: DocumentationTask, analysis: Analysis, plan: Plan, written: Written, *, everything: bool
) -> list[str]:
    texts: dict[str, list[tuple[Piece, str]]] = {}
    for piece, text in zip(plan.pieces, written.texts[1:], strict=True):
        texts.setdefault(piece.path, []).append((piece, text))
    parts = ["## Reference"]
    for file in analysis.files:
        defined = [one for one in [*file.types, *file.functions] if everything or one.is_public]
        if not defined and file.path not in texts:
            continue
        parts.append(f"### {tables.escaped(file.path)}")
        if file.docstring:
            parts.append(tables.escaped(file.docstring))
        parts += [paragraph for _, text in texts.get(file.path, ()) for paragraph in _said(text)]
        if file.syntax_errors:
            parts.append(f"{file.syntax_errors} places in this file could not be parsed; what stands there is missing.")
        parts += tables.definitions(file, everything=everything, examples=task.include_examples)
    return parts


def _undocumented(analysis: Analysis) -> list[str]:
    rows = [
        (f"`{getattr(one, 'qualified', one.name)}`", f"{file.path}:{one.line}")
        for file, one in [*analysis.types, *analysis.functions]
        if one.is_public and not one.docstring
    ]
    if not rows:
        return ["## Without a docstring", "Every public definition has one."]
    return ["## Without a docstring", *tables.limited(("Public definition", "Where"), rows)]


def _complexity(analysis: Analysis) -> list[str]:
    rows = [
        (
            f"`{function.qualified}`",
            function.complexity,
            function.end_line - function.line + 1,
            f"{file.path}:{function.line}",
        )
        for file, function in analysis.complex_functions
    ]
    if not rows:
        return ["## Complexity", f"No function has a cyclomatic complexity above {COMPLEX}."]
    return ["## Complexity", *tables.limited(("Function", "Cyclomatic complexity", "Lines", "Where"), rows)]


def _remarks(title: str, remarks: Sequence[object], nothing: str) -> list[str]:
    if not remarks:
        return [f"## {title}", nothing]
    order = {"high": 0, "medium": 1, "low": 2}
    found = sorted(remarks, key=lambda one: (order[one.severity], one.path, one.line))  # type: ignore[attr-defined]
    rows = [(one.severity, f"{one.path}:{one.line}", f"{one.message} ({one.rule}, {one.source})") for one in found]  # type: ignore[attr-defined]
    return [f"## {title}", *tables.limited(("Severity", "Where", "What"), rows)]


def _left_out(analysis: Analysis) -> list[str]:
    if not analysis.skipped:
        return []
    return ["## Left out", *tables.limited(("File", "Why"), analysis.skipped)]

"""What there is to say of code without a model: its parts, how they hang together, and what to look at."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.documentation.code.constructs import Construct, constructs
from assistant.documentation.code.dependencies import Dependencies, dependencies
from assistant.documentation.code.languages import language_of
from assistant.documentation.code.performance import performance_remarks
from assistant.documentation.code.read import read_file
from assistant.documentation.code.security import security_remarks
from assistant.documentation.code.structure import CodeFile, Function, Remark, Type
from assistant.documentation.inputs import SourceFile
from assistant.platform.errors import Invalid

Depth = Literal["quick", "standard", "deep"]
COMPLEX = 10  # McCabe's own limit, above which a function is said to be hard to test


@dataclass(frozen=True)
class Analysis:
    """`files` in the order of their paths. `skipped`: (path, why) of what is in the input and was not parsed.

    `remarks`, `constructs` and `dependencies` are empty at depth quick.
    """

    files: list[CodeFile]
    skipped: list[tuple[str, str]]
    dependencies: Dependencies
    constructs: list[Construct] = field(default_factory=list)
    security: list[Remark] = field(default_factory=list)
    performance: list[Remark] = field(default_factory=list)

    @property
    def languages(self) -> dict[str, int]:
        """Lines by language, most first."""
        lines: Counter[str] = Counter()
        for file in self.files:
            lines[file.language] += file.lines
        return dict(lines.most_common())

    @property
    def functions(self) -> list[tuple[CodeFile, Function]]:
        return [(file, function) for file in self.files for function in file.functions]

    @property
    def types(self) -> list[tuple[CodeFile, Type]]:
        return [(file, one) for file in self.files for one in file.types]

    @property
    def complex_functions(self) -> list[tuple[CodeFile, Function]]:
        """Those above McCabe's limit, the most complex first."""
        found = [(file, function) for file, function in self.functions if function.complexity > COMPLEX]
        return sorted(found, key=lambda pair: (-pair[1].complexity, pair[0].path, pair[1].line))

    @property
    def average_complexity(self) -> float:
        """Of the functions; 0 when there are none."""
        values = [function.complexity for _, function in self.functions]
        return round(sum(values) / len(values), 2) if values else 0.0

    @property
    def documented_share(self) -> float | None:
        """The share of public functions and types with a docstring; None when there are none."""
        public = [one for _, one in [*self.functions, *self.types] if one.is_public]
        return round(sum(bool(one.docstring) for one in public) / len(public), 3) if public else None


def analyze(
    sources: Iterable[SourceFile], depth: Depth = "standard", skipped: Sequence[tuple[str, str]] = ()
) -> Analysis:
    """Parse all that can be parsed. Raises Invalid when nothing of the input is code in a known language."""
    files, left_out = [], list(skipped)
    for source in sorted(sources, key=lambda one: one.path):
        language = language_of(source.path)
        if language is None:
            left_out.append((source.path, "not in a language that is parsed"))
            continue
        files.append(read_file(source.path, source.text, language))
    if not files:
        raise Invalid(
            "The input holds no code in a language that is parsed. GET /api/v1/documentation/capabilities lists them."
        )
    if depth == "quick":
        return Analysis(files, left_out, Dependencies([], {}))
    return Analysis(
        files,
        left_out,
        dependencies(files),
        constructs(files),
        security_remarks(files),
        [remark for file in files for remark in performance_remarks(file)],
    )

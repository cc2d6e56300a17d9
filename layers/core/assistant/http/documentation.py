"""What the documentation endpoints answer."""

from typing import Literal

from pydantic import BaseModel

from assistant.documentation.analysis import Analysis
from assistant.documentation.code.structure import Remark
from assistant.documentation.diagrams import class_diagram, dependency_diagram

MOST_LISTED = 2_000  # functions and types in an answer, which may have 6 MB


class CodeFunction(BaseModel):
    """`complexity` is cyclomatic."""

    name: str
    path: str
    line: int
    end_line: int
    signature: str
    docstring: str
    is_public: bool
    complexity: int


class CodeType(BaseModel):
    """`built_on`: what it inherits, and the tables that its foreign keys name."""

    name: str
    kind: str
    path: str
    line: int
    end_line: int
    signature: str
    docstring: str
    is_public: bool
    built_on: list[str]


class CodeRemark(BaseModel):
    """`source`: bandit, or assistant for a rule of our own."""

    path: str
    line: int
    rule: str
    severity: str
    message: str
    source: str

    @classmethod
    def of(cls, remark: Remark) -> "CodeRemark":
        return cls.model_validate(remark, from_attributes=True)


class CodePattern(BaseModel):
    name: str
    count: int
    places: list[str]


class InternalDependency(BaseModel):
    importer: str
    imported: str


class CodeDependencies(BaseModel):
    """`outside`: how many files import each module that is not part of the input."""

    inside: list[InternalDependency]
    outside: dict[str, int]


class CodeComplexity(BaseModel):
    """Cyclomatic, by function. `above_10` is McCabe's limit."""

    average: float
    highest: int
    above_10: int


class SkippedFile(BaseModel):
    path: str
    reason: str


class CodeDiagrams(BaseModel):
    """Mermaid; empty where there is nothing to draw."""

    types: str
    dependencies: str


class AnalyzedCode(BaseModel):
    """`truncated`: there are more functions or types than are listed; the counts are of all.

    `syntax_errors`: places that the parser could not read. Null: not asked for at this depth.
    """

    files: int
    lines: int
    languages: dict[str, int]
    syntax_errors: int
    documented_share: float | None
    functions: list[CodeFunction]
    types: list[CodeType]
    function_count: int
    type_count: int
    truncated: bool
    complexity: CodeComplexity
    skipped: list[SkippedFile]
    dependencies: CodeDependencies | None
    patterns: list[CodePattern] | None
    security_remarks: list[CodeRemark] | None
    performance_remarks: list[CodeRemark] | None
    diagrams: CodeDiagrams | None

    @classmethod
    def of(cls, analysis: Analysis, depth: Literal["quick", "standard", "deep"]) -> "AnalyzedCode":
        functions, types, more = analysis.functions, analysis.types, depth != "quick"
        return cls(
            files=len(analysis.files),
            lines=sum(file.lines for file in analysis.files),
            languages=analysis.languages,
            syntax_errors=sum(file.syntax_errors for file in analysis.files),
            documented_share=analysis.documented_share,
            functions=[
                CodeFunction(
                    name=one.qualified, path=file.path, line=one.line, end_line=one.end_line, signature=one.signature,
                    docstring=one.docstring, is_public=one.is_public, complexity=one.complexity,
                )
                for file, one in functions[:MOST_LISTED]
            ],
            types=[
                CodeType(
                    name=one.name, kind=one.kind, path=file.path, line=one.line, end_line=one.end_line,
                    signature=one.signature, docstring=one.docstring, is_public=one.is_public,
                    built_on=one.bases + one.references,
                )
                for file, one in types[:MOST_LISTED]
            ],
            function_count=len(functions),
            type_count=len(types),
            truncated=max(len(functions), len(types)) > MOST_LISTED,
            complexity=CodeComplexity(
                average=analysis.average_complexity,
                highest=max((one.complexity for _, one in functions), default=0),
                above_10=len(analysis.complex_functions),
            ),
            skipped=[SkippedFile(path=path, reason=reason) for path, reason in analysis.skipped],
            dependencies=CodeDependencies(
                inside=[InternalDependency(importer=a, imported=b) for a, b in analysis.dependencies.inside],
                outside=analysis.dependencies.outside,
            ) if more else None,
            patterns=[
                CodePattern(name=one.name, count=one.count, places=list(one.places)) for one in analysis.constructs
            ] if more else None,
            security_remarks=[CodeRemark.of(one) for one in analysis.security] if more else None,
            performance_remarks=[CodeRemark.of(one) for one in analysis.performance] if more else None,
            diagrams=CodeDiagrams(types=class_diagram(analysis), dependencies=dependency_diagram(analysis))
            if depth == "deep" else None,
        )  # fmt: skip
